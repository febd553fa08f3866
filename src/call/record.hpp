#pragma once

#include "call/call_data.hpp"

namespace tonearm::call {

void record(CallData& call, StepBuilder& step, const CommandContext& context, const RecordCommand& command);

}  // namespace tonearm::call
