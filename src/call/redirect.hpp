#pragma once

#include "call/call_data.hpp"

// An incoming call that the bot sends on: every target is called at once, the first who answers speaks with
// the caller, and then the call is over for the bot. Its sessions stay, joined, until one of the two hangs
// up. If nobody answers, the caller hears why.

namespace tonearm::call {

void redirect(CallData& call, StepBuilder& step, const CommandContext& context,
              const RedirectCommand& command);

/// Null: no leg of a redirect.
[[nodiscard]] Leg* find_target(CallData& call, LegId leg);

/// What signalling and media say of a target. Only while it is there.
void on_target_signal(CallData& call, StepBuilder& step, Leg& target, const SignalBody& body);
void on_target_media(CallData& call, StepBuilder& step, Leg& target, const MediaBody& body);

/// The caller's session is open.
void on_near_opened(CallData& call, StepBuilder& step, const LocalMedia& local);
/// Nobody has answered in time.
void on_redirect_too_long(CallData& call, StepBuilder& step);

/// A key of one side is sent to the other, unless it is in the sound that the other hears anyway.
void pass_key_on(CallData& call, StepBuilder& step, const Leg& from, Tone tone);
void pass_info_key_on(CallData& call, StepBuilder& step, const Leg& from, Tone tone);

}  // namespace tonearm::call
