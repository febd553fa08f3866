#pragma once

#include "call/call_data.hpp"

namespace tonearm::call {

void on_session_opened(CallData& call, StepBuilder& step, const SessionOpened& report);
void on_session_failed(CallData& call, StepBuilder& step, const SessionFailed& report);
/// Hold, resume or another address: media follows, the Graph state does not change.
void on_media_changed(CallData& call, StepBuilder& step, const LegMediaChanged& report);

}  // namespace tonearm::call
