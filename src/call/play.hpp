#pragma once

#include "call/call_data.hpp"

namespace tonearm::call {

void play(CallData& call, StepBuilder& step, const CommandContext& context, const PlayCommand& command);

}  // namespace tonearm::call
