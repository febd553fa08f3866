#pragma once

#include "call/call_data.hpp"
#include "call/inputs.hpp"

namespace tonearm::call {

/// Sends an input to the story that it belongs to.
void dispatch(CallData& call, StepBuilder& step, const Input& input);

}  // namespace tonearm::call
