#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

/// Keys from the phone to the bot and back, through the whole server.
class KeysTest : public ::testing::Test {
 protected:
  TempDir dir;
  Bot bot;
  LocalServer server{test_settings(bot, dir.path())};
};

TEST_F(KeysTest, each_key_of_a_subscribed_call_is_notified_once_and_numbered) {
  LiveCall call(server.at(), bot);
  ASSERT_EQ(call.api.request("POST", "/" + call.id + "/subscribeToTone", "{}").status(), 200);
  constexpr std::string_view kTones[] = {"tone1", "tone1", "pound", "d"};
  constexpr char kEvents[] = {1, 1, 11, 15};
  for (std::uint16_t i = 0; i < 4; ++i)
    call.phone.rtp().press(call.phone.media(), static_cast<std::uint16_t>(100 + 10 * i), 8000U + 1600U * i,
                           kEvents[i]);
  for (int i = 0; i < 4; ++i) {
    const auto heard = bot.wait([](const Heard& h) { return h.data().contains("toneInfo"); });
    ASSERT_TRUE(heard);
    const auto& tone = heard->data().at("toneInfo").as_object();
    EXPECT_EQ(tone.at("tone").as_string(), kTones[i]);
    EXPECT_EQ(tone.at("sequenceId").to_number<int>(), i + 1);
  }
}

TEST_F(KeysTest, keys_are_sent_as_telephone_events_and_their_operation_ends) {
  LiveCall call(server.at(), bot);
  const auto sending =
      call.api.request("POST", "/" + call.id + "/sendDtmfTones",
                       R"({"tones":["tone5","star"],"delayBetweenTonesMs":100,"clientContext":"c"})");
  ASSERT_EQ(sending.status(), 200) << sending.response.body;
  EXPECT_EQ(sending.text("status"), "running");
  const auto end = bot.wait_operation_end(sending.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text("status"), "completed");
  EXPECT_EQ(end->text("completionReason"), "completedSuccessfully");
  EXPECT_EQ(end->text("clientContext"), "c");
  const auto both_heard = [](const std::vector<HeardPacket>& packets) {
    std::string keys;
    for (const auto& packet : packets)
      if (packet.payload_type == RtpEar::kEventPayload && packet.marker)
        keys += std::to_string(packet.payload[0]) + " ";
    return keys == "5 10 ";
  };
  EXPECT_TRUE(call.phone.rtp().wait_for(both_heard));
}

TEST_F(KeysTest, a_cancel_leaves_keys_alone_and_a_hang_up_in_their_middle_ends_them) {
  LiveCall call(server.at(), bot);
  const auto sending =
      call.api.request("POST", "/" + call.id + "/sendDtmfTones",
                       R"({"tones":["tone1","tone2","tone3","tone4","tone5"],"delayBetweenTonesMs":10000})");
  ASSERT_EQ(sending.status(), 200) << sending.response.body;
  const auto cancelled = call.api.cancel(call.id);
  EXPECT_EQ(cancelled.status(), 200);
  EXPECT_EQ(call.api.get("/" + call.id + "/operations/" + sending.id()).text("status"), "running");
  call.phone.send_bye();
  const auto end = bot.wait_operation_end(sending.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text("status"), "completed");
  EXPECT_EQ(end->text("completionReason"), "mediaOperationCanceled");
  EXPECT_TRUE(bot.wait_state("terminated"));
}

}  // namespace
}  // namespace tonearm::testing
