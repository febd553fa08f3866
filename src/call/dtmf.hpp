#pragma once

#include "call/call_data.hpp"

namespace tonearm::call {

/// Keys that we send have a queue of their own, in media; a cancel leaves them alone.
void send_dtmf(CallData& call, StepBuilder& step, const CommandContext& context,
               const SendDtmfCommand& command);
void on_dtmf_sent(CallData& call, StepBuilder& step, const DtmfSent& report);
/// The call ends: what was not sent never will be.
void end_unsent_dtmf(CallData& call, StepBuilder& step);

}  // namespace tonearm::call
