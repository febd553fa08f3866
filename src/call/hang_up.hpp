#pragma once

#include <optional>

#include "call/call_data.hpp"

// How a call ends: signalling is told, everything in the queue is stopped, records get their files, the
// session is closed, and last of all the call's own ending is notified.

namespace tonearm::call {

/// Begins the end, unless it has begun. `status`: what an INVITE that is not answered yet is refused with.
/// `deleted_by`: the DELETE that is the cause; only then `terminating` is notified, after its response.
void end_call(CallData& call, StepBuilder& step, CallTrigger trigger, CallEnd end, int status = 480,
              std::optional<RequestId> deleted_by = {});

/// As `end_call`, for a leg that signalling knows no more: hung up, refused, failed.
void end_disconnected_call(CallData& call, StepBuilder& step, CallTrigger trigger, CallEnd end);

/// DELETE: 204, then `terminating`, the operations' endings, `deleted`.
void hang_up(CallData& call, StepBuilder& step, const CommandContext& context);

/// Takes the next step of an ending that what has just happened makes possible.
void finish_if_released(CallData& call, StepBuilder& step);

/// The media engine gives no sign of life: nothing of it is waited for any more.
void give_up_media(CallData& call, StepBuilder& step);

void on_session_closed(CallData& call, StepBuilder& step, const SessionClosed& report);

}  // namespace tonearm::call
