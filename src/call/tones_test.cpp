#include "call/tones.hpp"

#include <gtest/gtest.h>

#include "call/scene.hpp"

namespace tonearm::call {
namespace {

TEST(Tones, a_subscription_is_completed_at_once_and_can_be_read_by_GET) {
  Scene scene;
  scene.with_audio();
  const auto before = scene.notifications.size();
  const auto subscription = scene.operation(scene.command(SubscribeToToneCommand{"a-context"}));
  EXPECT_EQ(subscription.kind, OperationKind::subscribe_to_tone);
  EXPECT_EQ(subscription.status, OperationStatus::completed);
  EXPECT_EQ(subscription.client_context, "a-context");
  EXPECT_TRUE(scene.shown->operations.contains(subscription.id));
  EXPECT_EQ(scene.notifications.size(), before);
}

TEST(Tones, a_key_while_nothing_is_subscribed_is_neither_notified_nor_counted) {
  Scene scene;
  scene.with_audio();
  const auto before = scene.notifications.size();
  scene.media_says(KeyPressed{Tone::t9});
  EXPECT_EQ(scene.notifications.size(), before);
  scene.command(SubscribeToToneCommand{});
  scene.media_says(KeyPressed{Tone::star});
  EXPECT_EQ(scene.shown->tone->sequence_id, 1);
  EXPECT_EQ(scene.shown->tone->tone, Tone::star);
}

TEST(Tones, a_second_subscription_does_not_double_the_keys) {
  Scene scene;
  scene.with_audio();
  scene.command(SubscribeToToneCommand{});
  scene.command(SubscribeToToneCommand{});
  const auto before = scene.notifications.size();
  scene.media_says(KeyPressed{Tone::t1});
  EXPECT_EQ(scene.notifications.size(), before + 1);
  EXPECT_EQ(scene.shown->tone->sequence_id, 1);
}

TEST(Tones, a_key_follows_the_response_of_the_subscription) {
  Scene scene;
  scene.with_audio();
  const RequestId request = scene.command(SubscribeToToneCommand{});
  scene.media_says(KeyPressed{Tone::t1});
  EXPECT_EQ(scene.notifications.back().behind, std::vector{request});
}

}  // namespace
}  // namespace tonearm::call
