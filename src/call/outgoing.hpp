#pragma once

#include "call/call_data.hpp"

// A call that the bot places: 201 → media session open → INVITE → ringing → answered or refused.

namespace tonearm::call {

void dial(CallData& call, StepBuilder& step, const CommandContext& context);
/// The session for our offer is open.
void invite(CallData& call, StepBuilder& step, const LocalMedia& local);
/// Early media keeps the path open; the call stays `establishing` and its audio inactive.
void on_far_ringing(CallData& call, StepBuilder& step, const LegRinging& report);
void on_far_answer(CallData& call, StepBuilder& step, const LegAnswered& report);
/// Refused, never acknowledged, or the transport broke: also for incoming calls.
void on_leg_failed(CallData& call, StepBuilder& step, const LegFailed& report);
void on_ringing_too_long(CallData& call, StepBuilder& step);

/// What a final refusal of our INVITE means to the bot.
[[nodiscard]] CallEnd end_after_refusal(const LegFailed& report);

}  // namespace tonearm::call
