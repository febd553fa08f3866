#include "call/commits.hpp"

#include <gtest/gtest.h>

#include "call/scene.hpp"

namespace tonearm::call {
namespace {

TEST(CommitFailure, of_a_play_withdraws_it_without_a_word) {
  Scene scene;
  scene.with_audio();
  scene.hold_commits = true;
  const auto play = scene.play();
  scene.ready(play.number);
  const auto before = scene.notifications.size();
  scene.feed(CommitFailed{scene.held.front()});
  EXPECT_FALSE(scene.shown->operations.contains(play.id));
  EXPECT_EQ(scene.last<StopOperations>()->numbers, std::vector{play.number});
  scene.acknowledge();
  EXPECT_EQ(scene.notifications.size(), before);
}

TEST(CommitFailure, of_a_play_lets_the_next_one_start) {
  Scene scene;
  scene.with_audio();
  scene.hold_commits = true;
  scene.sounding_play();
  const auto failed = scene.held.front();
  const auto next = scene.play();
  scene.ready(next.number);
  scene.feed(CommitFailed{failed});
  scene.acknowledge();
  scene.started(next.number);
  EXPECT_EQ(scene.status(next), OperationStatus::running);
}

TEST(CommitFailure, of_a_cancel_keeps_its_endings) {
  Scene scene;
  scene.with_audio().sounding_play();
  scene.hold_commits = true;
  scene.command(CancelCommand{});
  scene.acknowledge();
  const auto before = scene.notifications.size();
  scene.feed(CommitFailed{scene.held.back()});
  EXPECT_EQ(scene.notifications.size(), before);
  EXPECT_EQ(scene.endings().size(), 1u);
  EXPECT_EQ(scene.state(), CallState::established);
}

TEST(CommitFailure, of_a_subscription_undoes_it) {
  Scene scene;
  scene.with_audio();
  scene.hold_commits = true;
  scene.command(SubscribeToToneCommand{});
  scene.feed(CommitFailed{scene.held.back()});
  const auto before = scene.notifications.size();
  scene.media_says(KeyPressed{Tone::t1});
  EXPECT_EQ(scene.notifications.size(), before);
}

TEST(CommitFailure, of_one_of_two_subscriptions_leaves_the_other) {
  for (const bool first : {true, false}) {
    Scene scene;
    scene.with_audio();
    scene.hold_commits = true;
    scene.command(SubscribeToToneCommand{});
    scene.command(SubscribeToToneCommand{});
    scene.feed(CommitFailed{first ? scene.held.front() : scene.held.back()});
    scene.media_says(KeyPressed{Tone::t1});
    EXPECT_EQ(scene.events().back(), CallEvent::tone);
    EXPECT_EQ(scene.shown->operations.size(), 1u);
  }
}

TEST(CommitFailure, of_the_answer_refuses_the_caller) {
  for (const bool opened : {false, true}) {
    Scene scene;
    scene.accepted_by_bot();
    scene.hold_commits = true;
    scene.command(AnswerCommand{});
    if (opened) scene.media_says(SessionOpened{});
    scene.feed(CommitFailed{scene.held.back()});
    EXPECT_EQ(scene.last<SignalReject>()->status, 503);
    scene.close_session();
    EXPECT_EQ(scene.shown->end->reason, CallEndReason::capacity);
  }
}

TEST(CommitFailure, of_an_invite_ends_the_call) {
  Scene scene = Scene::outgoing();
  scene.hold_commits = true;
  scene.media_says(SessionOpened{});
  scene.feed(CommitFailed{scene.held.back()});
  scene.close_session();
  EXPECT_EQ(scene.shown->end->reason, CallEndReason::capacity);
}

TEST(CommitFailure, of_an_unknown_step_changes_nothing) {
  Scene scene;
  scene.with_audio().sounding_play();
  const auto shown = scene.shown;
  scene.feed(CommitFailed{999});
  EXPECT_EQ(scene.shown, shown);
}

}  // namespace
}  // namespace tonearm::call
