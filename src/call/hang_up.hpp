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

/// Nothing if signalling knows it no more. `status`: what an INVITE that is not answered yet is refused with.
void disconnect(StepBuilder& step, Leg& leg, int status, const std::string& reason);
/// Nothing if it has none, or it is being closed.
void close_session(StepBuilder& step, Leg& leg);
/// The call's last notification, after the response to what decided it.
void notify_ended(CallData& call, StepBuilder& step, const CallEnd& end);

/// Takes the next step of an ending that what has just happened makes possible.
void finish_if_released(CallData& call, StepBuilder& step);

/// The media engine gives no sign of life: nothing of it is waited for any more.
void give_up_media(CallData& call, StepBuilder& step);

void on_session_closed(CallData& call, StepBuilder& step, const SessionClosed& report);
/// A session of the call is closed; unasked, that is the end of the call.
void on_session_gone(CallData& call, StepBuilder& step, Leg& leg);

}  // namespace tonearm::call
