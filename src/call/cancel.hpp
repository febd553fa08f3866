#pragma once

#include <vector>

#include "call/call_data.hpp"

namespace tonearm::call {

/// Freezes what is named now, has it stopped, and answers when the media thread has acknowledged.
void cancel(CallData& call, StepBuilder& step, const CommandContext& context, const CancelCommand& command);

/// One stop command for those of `numbers` that are not being stopped already. Returns every stop that has to
/// be acknowledged before all of them are still: joined ones and the new one.
std::vector<StopId> stop_operations(CallData& call, StepBuilder& step,
                                    const std::vector<OperationNumber>& numbers, StopCause cause);

void on_stop_acknowledged(CallData& call, StepBuilder& step, const StopAcknowledged& report);

/// 500 ms without acknowledgement: whoever waits for it hears 500; the stop itself goes on.
void on_stop_slow(CallData& call, StepBuilder& step, StopId stop);

/// Answers 500 to everybody who still waits for a stop.
void refuse_waiters(CallData& call, StepBuilder& step, std::vector<StopWaiter> waiters);

}  // namespace tonearm::call
