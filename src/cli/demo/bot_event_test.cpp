#include "cli/demo/bot_event.hpp"

#include <gtest/gtest.h>

namespace tonearm::cli {
namespace {

TEST(bot_event, an_answer_has_its_times_and_status) {
  const auto event =
      parse_bot_event(R"({"ns":9000000,"event":"answered","what":"cancelMediaProcessing","status":200,)"
                      R"("sent_ns":1000000,"answered_ns":3500000,"@tonearm.stopMicroseconds":42})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->http_status, 200);
  EXPECT_EQ(event->answered_ns - event->sent_ns, 2'500'000);
  EXPECT_EQ(event->stop_us, 42);
  EXPECT_EQ(describe(*event),
            "is answered: cancelMediaProcessing: 200 after 2.5 ms (the server says: sound cut after 42 us)");
}

TEST(bot_event, a_notification_about_a_prompt_names_it_and_its_result) {
  const auto event = parse_bot_event(
      R"({"ns":1,"event":"notified","change":"deleted","type":"#microsoft.graph.playPromptOperation",)"
      R"("context":"menu","status":"failed","code":400,"subcode":8508,"sent_ms":0})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->type, "playPromptOperation");
  EXPECT_EQ(describe(*event), "is told: playPromptOperation menu.wav failed 400/8508, 0 ms of it sent");
}

TEST(bot_event, a_notification_about_the_call_says_its_state) {
  const auto event = parse_bot_event(
      R"({"ns":1,"event":"notified","change":"updated","type":"#microsoft.graph.call","state":"established","audio":"active"})");
  ASSERT_TRUE(event);
  EXPECT_EQ(describe(*event), "is told: call established, audio active");
}

TEST(bot_event, a_key_is_told_with_its_number) {
  const auto event = parse_bot_event(
      R"({"ns":1,"event":"notified","call":"c1","change":"updated","type":"#microsoft.graph.call",)"
      R"("state":"established","tone":"pound","sequence":1})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->call, "c1");
  EXPECT_EQ(event->tone, "pound");
  EXPECT_EQ(event->sequence, 1);
  EXPECT_EQ(describe(*event), "is told: key pound, number 1");
}

TEST(bot_event, the_end_of_a_record_says_why_and_how_much_there_is) {
  const auto event = parse_bot_event(
      R"({"ns":1,"event":"notified","change":"deleted","type":"#microsoft.graph.recordOperation",)"
      R"("context":"message","status":"completed","code":200,"subcode":8514,"reason":"stopToneDetected",)"
      R"("captured_ms":2260})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->reason, "stopToneDetected");
  EXPECT_EQ(event->captured_ms, 2260);
  EXPECT_EQ(
      describe(*event),
      "is told: recordOperation the caller's message completed 200/8514 stopToneDetected, 2260 ms captured");
}

TEST(bot_event, a_download_says_how_many_bytes) {
  const auto event =
      parse_bot_event(R"({"ns":9000000,"event":"answered","call":"c1","what":"download","status":200,)"
                      R"("sent_ns":1000000,"answered_ns":3500000,"bytes":72364})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->bytes, 72364);
  EXPECT_EQ(describe(*event),
            "is answered: GET the recording, with its token: 200 after 2.5 ms, 72364 bytes");
}

TEST(bot_event, lines_that_are_none_are_ignored) {
  for (const char* line : {"", "hello", "[]", "{}", R"({"ns":1})", R"({"ns":"x","event":"asked"})"}) {
    EXPECT_FALSE(parse_bot_event(line)) << line;
  }
}

}  // namespace
}  // namespace tonearm::cli
