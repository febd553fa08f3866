#include "graph/call_ends.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace tonearm::graph {
namespace {

using call::CallEndReason;

struct Row {
  CallEndReason reason;
  int sip_status;
  int code;
  int subcode;
};

const std::vector<Row> kRows{
    {CallEndReason::bot_hung_up, 0, 200, 7000},
    {CallEndReason::far_end_hung_up, 0, 200, 4521},
    {CallEndReason::pstn_hung_up, 0, 200, 540000},
    {CallEndReason::busy, 486, 486, 0},
    {CallEndReason::declined, 603, 603, 0},
    {CallEndReason::no_answer, 0, 408, 10057},
    {CallEndReason::unreachable, 480, 480, 10037},
    {CallEndReason::cannot_route, 404, 480, 10134},
    {CallEndReason::rejected, 480, 480, 0},
    {CallEndReason::rejected, 486, 486, 0},
    {CallEndReason::rejected, 403, 403, 0},
    {CallEndReason::caller_gave_up, 487, 487, 0},
    {CallEndReason::not_decided_in_time, 480, 480, 0},
    {CallEndReason::fallback, 503, 503, 0},
    {CallEndReason::redirected, 302, 200, 0},
    {CallEndReason::dead_bot, 0, 408, 9997},
    {CallEndReason::sip_refusal, 488, 488, 0},
    {CallEndReason::no_ack, 0, 408, 1106},
    {CallEndReason::media_lost, 0, 410, 301005},
    {CallEndReason::keep_alive_missed, 0, 408, 8537},
    {CallEndReason::transferred, 0, 200, 7015},
    {CallEndReason::longest_duration, 0, 200, 5001},
    {CallEndReason::server_restarted, 0, 500, 9999},
    {CallEndReason::capacity, 0, 503, 9998},
    {CallEndReason::server_stopping, 0, 500, 9999},
    {CallEndReason::media_failed, 0, 500, 9999},
};

TEST(CallEnds, each_end_has_its_codes_and_repeats_them_in_its_message) {
  for (const Row& row : kRows) {
    const CallResult result = call_result({row.reason, row.sip_status, ""});
    const std::string codes = std::to_string(row.code) + "#" + std::to_string(row.subcode);
    EXPECT_EQ(result.code, row.code) << codes;
    EXPECT_EQ(result.subcode, row.subcode) << codes;
    EXPECT_TRUE(result.message.ends_with(". DiagCode: " + codes + ".@")) << result.message;
  }
}

TEST(CallEnds, every_reason_is_in_the_table_of_this_test) {
  for (int reason = 0; reason <= static_cast<int>(CallEndReason::media_failed); ++reason) {
    EXPECT_NE(std::ranges::find(kRows, static_cast<CallEndReason>(reason), &Row::reason), kRows.end())
        << reason;
  }
}

TEST(CallEnds, detail_stands_between_the_sentence_and_the_codes) {
  EXPECT_EQ(call_result({CallEndReason::sip_refusal, 488, "Not Acceptable Here"}).message,
            "The other side refused the call. Not Acceptable Here. DiagCode: 488#0.@");
}

}  // namespace
}  // namespace tonearm::graph
