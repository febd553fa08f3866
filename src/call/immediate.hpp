#pragma once

#include "call/call_data.hpp"

// Operations that are over in the answer that creates them: no notification follows (facts §6.14).

namespace tonearm::call {

/// Answers with the completed operation; its id. Nothing, and a refusal, before the call is established.
std::optional<OperationId> complete_at_once(CallData& call, StepBuilder& step, const CommandContext& context,
                                            OperationKind kind, std::optional<std::string> client_context);

/// `updateRecordingStatus`: what the bot says of its own recordings is noted in the operation's being there.
void update_recording_status(CallData& call, StepBuilder& step, const CommandContext& context,
                             const UpdateRecordingStatusCommand& command);

}  // namespace tonearm::call
