#pragma once

#include "call/call_data.hpp"

// An incoming call: offered to the bot → ringing → answered (202) → media session open → our 200 →
// `established` → ACK → audio active. Or rejected, not decided in time, taken by the fallback.

namespace tonearm::call {

void offer_to_bot(CallData& call, StepBuilder& step);

/// Whether what becomes of the call is still open; answers the request if not.
bool may_decide(const CallData& call, StepBuilder& step, const CommandContext& context);

void answer(CallData& call, StepBuilder& step, const CommandContext& context, const AnswerCommand& command);
void reject(CallData& call, StepBuilder& step, const CommandContext& context, const RejectCommand& command);

/// The webhook took the offer: the caller hears ringing.
void on_offer_accepted(CallData& call, StepBuilder& step);
/// It did not within 5 s, or refused for good.
void on_offer_not_accepted(CallData& call, StepBuilder& step);
void on_offer_refused(CallData& call, StepBuilder& step);
void on_not_decided(CallData& call, StepBuilder& step);

/// The session for our answer is open.
void give_answer(CallData& call, StepBuilder& step, const LocalMedia& local);
/// The answer's rows are on disk: the 200 has left.
void on_answer_sent(CallData& call, StepBuilder& step);
void on_acked(CallData& call, StepBuilder& step, const LegAcked& report);

/// The call is `established`; what holds for both directions.
void establish(CallData& call, StepBuilder& step, CallTrigger trigger);
/// Sound flows from now on: notified once, and the queue begins.
void activate_audio(CallData& call, StepBuilder& step);

}  // namespace tonearm::call
