#include "call/record.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "call/cancel.hpp"
#include "call/operations.hpp"

namespace tonearm::call {
namespace {

/// `https://host/v1.0` → `https://host`: recordings have no version.
std::string without_version(std::string_view base_url) {
  for (const std::string_view version : {"/v1.0", "/beta"}) {
    if (base_url.ends_with(version)) return std::string(base_url.substr(0, base_url.size() - version.size()));
  }
  return std::string(base_url);
}

/// 256 random bits, as 64 hexadecimal digits.
std::string new_token(IdSource& ids) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string token;
  token.reserve(64);
  for (int words = 0; words < 4; ++words) {
    std::uint64_t word = ids.word();
    for (int digit = 0; digit < 16; ++digit, word >>= 4) token.push_back(kDigits[word & 0xf]);
  }
  return token;
}

}  // namespace

void record(CallData& call, StepBuilder& step, const CommandContext& context, const RecordCommand& command) {
  if (!may_queue(call, step, context)) return;
  if (!command.spec.barge_in && !has_room(call, step, context)) return;
  std::vector<StopId> outstanding;
  if (command.spec.barge_in) {
    outstanding = stop_operations(call, step, call.queue.numbers(), StopCause::cancelled);
  }
  MediaOperation& operation = enqueue(call, step, context, command.spec, command.client_context);
  operation.recording = {
      without_version(context.base_url) + "/tonearm/recordings/" + operation.id.to_string(),
      new_token(step.stamp().ids)};
  if (outstanding.empty()) {
    answer_creation(call, step, operation);
    start_what_is_due(call, step);
  } else {
    call.stops.wait({context, std::move(outstanding), WaitingRecord{operation.number}});
  }
}

}  // namespace tonearm::call
