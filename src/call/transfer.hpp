#pragma once

#include "call/call_data.hpp"

// A transfer: the far end is asked to call somebody else in our place (REFER, RFC 3515, 5589). The call stays
// up, and its prompts go on, until the far end says how that went: transferring → transferAccepted → ended,
// or established again.

namespace tonearm::call {

void transfer(CallData& call, StepBuilder& step, const CommandContext& context,
              const TransferCommand& command);
void on_referred(CallData& call, StepBuilder& step, const LegReferred& report);
/// The far end has said nothing more of its call for too long.
void on_transfer_too_long(CallData& call, StepBuilder& step);
/// The transfer's step could not be written: nobody was asked.
void on_transfer_not_written(CallData& call, StepBuilder& step, std::uint64_t failed);
/// The far end has hung up: if it had taken the transfer, that is how its success looks where the last word
/// of it did not come.
[[nodiscard]] bool is_transferred_by_leaving(const CallData& call);
void end_transferred(CallData& call, StepBuilder& step);

}  // namespace tonearm::call
