#pragma once

#include "call/call_data.hpp"

namespace tonearm::call {

/// From here on every key is notified; a cancel does not end it. Subscribing again changes nothing.
void subscribe_to_tone(CallData& call, StepBuilder& step, const CommandContext& context,
                       const SubscribeToToneCommand& command);
/// Numbered from 1 in the call; while nobody has subscribed a key is for the event log only.
void on_key(CallData& call, StepBuilder& step, const KeyPressed& report);

}  // namespace tonearm::call
