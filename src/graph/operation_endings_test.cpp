#include "graph/operation_endings.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "graph/notification_renderer.hpp"
#include "graph/test_examples.hpp"

namespace tonearm::graph {
namespace {

using call::EndReason;
using call::OperationKind;

struct Row {
  std::string name;
  OperationKind kind;
  EndReason reason;
  std::string status;
  int code;
  int subcode;
  std::string message;  ///< For the cause "HTTP 404".
  std::string completion;
};

const std::vector<Row>& rows() {
  constexpr auto play = OperationKind::play;
  constexpr auto record = OperationKind::record;
  constexpr auto dtmf = OperationKind::send_dtmf;
  static const std::vector<Row> kRows{
      {"play_all_sent", play, EndReason::play_finished, "completed", 200, 0, "Action completed successfully.",
       "completedSuccessfully"},
      {"play_cancelled", play, EndReason::play_cancelled, "failed", 400, 8508,
       "Action failed, the operation was cancelled.", "mediaOperationCanceled"},
      {"play_download_failed", play, EndReason::prompt_download_failed, "failed", 400, 8536,
       "Action failed, file could not be downloaded: HTTP 404", "unknown"},
      {"play_format_not_readable", play, EndReason::prompt_format_invalid, "failed", 400, 8535,
       "Action failed, file format is invalid: HTTP 404", "unknown"},
      {"record_longest_length", record, EndReason::record_max_duration, "completed", 200, 8515,
       "Action completed, max record duration reached.", "maxRecordDurationReached"},
      {"record_stop_tone", record, EndReason::record_stop_tone, "completed", 200, 8514,
       "Action completed, stop tone detected.", "stopToneDetected"},
      {"record_pause_too_long", record, EndReason::record_max_silence, "completed", 200, 8516,
       "Action completed, max silence timeout reached.", "maxSilenceTimeout"},
      {"record_nothing_said", record, EndReason::record_initial_silence, "failed", 400, 8510,
       "Action failed, initial silence timeout reached.", "initialSilenceTimeout"},
      {"record_cancelled", record, EndReason::record_cancelled, "failed", 400, 8508,
       "Action failed, the operation was cancelled.", "operationCanceled"},
      {"record_prompt_failed", record, EndReason::record_prompt_failed, "failed", 500, 8511,
       "Action failed, the prompt could not be played: HTTP 404", "playPromptFailed"},
      {"record_call_ended_with_audio", record, EndReason::record_call_ended_with_audio, "completed", 200, 0,
       "Action completed, the call ended.", "unspecifiedError"},
      {"record_call_ended_without_audio", record, EndReason::record_call_ended_without_audio, "failed", 400,
       8508, "Action failed, the operation was cancelled.", "operationCanceled"},
      {"record_media_lost_with_audio", record, EndReason::record_media_lost_with_audio, "completed", 200, 0,
       "Action completed, no more media was received.", "mediaReceiveTimeout"},
      {"record_media_lost_without_audio", record, EndReason::record_media_lost_without_audio, "failed", 500,
       8513, "Action failed, no media was received.", "mediaReceiveTimeout"},
      {"record_not_written", record, EndReason::record_not_written, "failed", 500, 9999,
       "Action failed, the recording could not be written: HTTP 404", "unspecifiedError"},
      {"dtmf_sent", dtmf, EndReason::dtmf_sent, "completed", 200, 0, "Action completed successfully.",
       "completedSuccessfully"},
      {"dtmf_call_ended", dtmf, EndReason::dtmf_call_ended, "completed", 200, 0,
       "Action completed, the call ended.", "mediaOperationCanceled"},
      {"play_restarted", play, EndReason::server_restarted, "failed", 500, 9999,
       "Action failed, the server was restarted.", "unknown"},
      {"record_restarted", record, EndReason::server_restarted, "failed", 500, 9999,
       "Action failed, the server was restarted.", "unspecifiedError"},
      {"dtmf_restarted", dtmf, EndReason::server_restarted, "failed", 500, 9999,
       "Action failed, the server was restarted.", "unknown"},
      {"record_restarted_with_audio", record, EndReason::server_restarted_with_audio, "completed", 200, 0,
       "Action completed, the server was restarted.", "unspecifiedError"},
  };
  return kRows;
}

TEST(OperationEndings, each_ending_has_its_row) {
  for (const Row& row : rows()) {
    const auto operation = ended_example(row.kind, row.reason, row.status == "completed", "HTTP 404");
    const std::string body = NotificationRenderer().render(operation_notice(operation));
    const auto data = boost::json::parse(body).at_pointer("/value/0/resourceData");
    EXPECT_EQ(text_at(data, "/status"), row.status) << row.name;
    EXPECT_EQ(data.at_pointer("/resultInfo/code"), row.code) << row.name;
    EXPECT_EQ(data.at_pointer("/resultInfo/subcode"), row.subcode) << row.name;
    EXPECT_EQ(text_at(data, "/resultInfo/message"), row.message) << row.name;
    EXPECT_EQ(text_at(data, "/completionReason"), row.completion) << row.name;
    expect_body(body, body, "notice-ending-" + row.name);
  }
}

TEST(OperationEndings, every_reason_but_the_immediate_one_is_in_the_table_of_this_test) {
  for (int reason = 0; reason < static_cast<int>(EndReason::immediate); ++reason) {
    const auto found = std::ranges::find(rows(), static_cast<EndReason>(reason), &Row::reason);
    EXPECT_NE(found, rows().end()) << reason;
  }
}

TEST(OperationEndings, a_message_without_its_cause_is_a_sentence) {
  EXPECT_EQ(ending_message({EndReason::prompt_download_failed, ""}),
            "Action failed, file could not be downloaded.");
}

}  // namespace
}  // namespace tonearm::graph
