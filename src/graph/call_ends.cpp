#include "graph/call_ends.hpp"

#include <array>

#include <fmt/format.h>

#include "graph/text.hpp"

namespace tonearm::graph {
namespace {

using call::CallEndReason;

/// The code is the SIP status that came with the end.
constexpr int kSipStatus = 0;
/// If none came with it.
constexpr int kTemporarilyUnavailable = 480;

struct Row {
  CallEndReason reason;
  int code;
  int subcode;
  std::string_view message;
};

// operations.md §6, in the order of CallEndReason; codes from facts §9.2. Where Graph's list has none, ours
// is marked "by analogy".
constexpr std::array kRows{
    Row{CallEndReason::bot_hung_up, 200, 7000, "The call was ended by the application."},
    Row{CallEndReason::far_end_hung_up, 200, 4521, "The call was ended by the other party."},
    Row{CallEndReason::pstn_hung_up, 200, 540000, "The call was ended by the phone user."},
    Row{CallEndReason::busy, 486, 0, "The other party is busy."},       // by analogy
    Row{CallEndReason::declined, 603, 0, "The other party declined."},  // by analogy
    Row{CallEndReason::no_answer, 408, 10057, "The other party did not answer."},
    Row{CallEndReason::unreachable, 480, 10037, "The other party cannot be reached."},
    Row{CallEndReason::cannot_route, 480, 10134, "There is no route to the other party."},
    Row{CallEndReason::rejected, kSipStatus, 0, "The call was rejected by the application."},  // by analogy
    Row{CallEndReason::caller_gave_up, 487, 0, "The caller gave up."},                         // by analogy
    Row{CallEndReason::not_decided_in_time, 480, 0,
        "The application did not answer, reject or redirect the call in time."},                 // by analogy
    Row{CallEndReason::fallback, 503, 0, "The application's webhook did not accept the call."},  // by analogy
    Row{CallEndReason::redirected, 200, 0, "The call was redirected."},                          // by analogy
    Row{CallEndReason::dead_bot, 408, 9997,
        "The application did not take its notifications in time."},                      // by analogy
    Row{CallEndReason::sip_refusal, kSipStatus, 0, "The other side refused the call."},  // by analogy
    Row{CallEndReason::no_ack, 408, 1106, "The acceptance was not acknowledged in time."},
    Row{CallEndReason::media_lost, 410, 301005, "No media was received."},
    Row{CallEndReason::keep_alive_missed, 408, 8537, "The application did not send keepAlive in time."},
    Row{CallEndReason::transferred, 200, 7015, "GracefulTransferCompleted."},
    Row{CallEndReason::longest_duration, 200, 5001, "The call has reached the longest duration."},
    Row{CallEndReason::server_restarted, 500, 9999, "The server was restarted."},       // by analogy
    Row{CallEndReason::capacity, 503, 9998, "The server has no room for more calls."},  // by analogy
    Row{CallEndReason::server_stopping, 500, 9999, "The server is stopping."},          // by analogy
    Row{CallEndReason::media_failed, 500, 9999, "The media engine failed."},            // by analogy
};

constexpr bool rows_stand_in_order() {
  for (std::size_t at = 0; at < kRows.size(); ++at) {
    if (static_cast<std::size_t>(kRows[at].reason) != at) return false;
  }
  return static_cast<std::size_t>(CallEndReason::media_failed) + 1 == kRows.size();
}
static_assert(rows_stand_in_order());

}  // namespace

CallResult call_result(const call::CallEnd& end) {
  const Row& row = kRows.at(static_cast<std::size_t>(end.reason));
  const int sip_status = end.sip_status > 0 ? end.sip_status : kTemporarilyUnavailable;
  const int code = row.code == kSipStatus ? sip_status : row.code;
  const std::string detail = end.detail.empty() ? "" : fmt::format(" {}.", valid_utf8(end.detail));
  return {code, row.subcode, fmt::format("{}{} DiagCode: {}#{}.@", row.message, detail, code, row.subcode)};
}

}  // namespace tonearm::graph
