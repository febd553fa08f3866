#pragma once

#include "call/call_data.hpp"

namespace tonearm::call {

/// The step's rows are on disk and what they held back has left.
void on_committed(CallData& call, StepBuilder& step, std::uint64_t committed);

/// The step's answers were turned into 500: what it created is withdrawn; an answer or INVITE that it held
/// back will never leave, so the call ends. Its notifications stay with the store.
void on_commit_failed(CallData& call, StepBuilder& step, std::uint64_t failed);

}  // namespace tonearm::call
