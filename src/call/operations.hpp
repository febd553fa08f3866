#pragma once

#include <string>
#include <vector>

#include "call/call_data.hpp"

// How plays and records live: accepted, prepared, started in turn, ended. What is special about each kind
// stands in `play`, `record`; how they are stopped in `cancel` and `hang_up`.

namespace tonearm::call {

/// Whether a play or record may be accepted now; answers the request if not.
bool may_queue(CallData& call, StepBuilder& step, const CommandContext& context);
/// Whether the queue is not full; answers the request if it is. (A barge-in empties it instead.)
bool has_room(CallData& call, StepBuilder& step, const CommandContext& context);

/// Puts it into the queue and has it prepared; the answer is the caller's next step.
MediaOperation& enqueue(CallData& call, StepBuilder& step, const CommandContext& context,
                        std::variant<PlaySpec, RecordSpec> spec, std::optional<std::string> client_context);

/// The 200 of play and record: from here on the bot knows the operation.
void answer_creation(CallData& call, StepBuilder& step, MediaOperation& operation);

/// Arms whoever's turn it is and the one behind; ends those that could not be played when their turn comes.
void start_what_is_due(CallData& call, StepBuilder& step);

/// The one place where a play or record ends. `behind`: requests (besides its own) that must be answered
/// first.
void end_operation(CallData& call, StepBuilder& step, MediaOperation operation, OperationEnding ending,
                   base::milliseconds duration, std::vector<RequestId> behind = {});

/// Ends an operation that the media thread acknowledged as stopped; a record whose file is wanted finalises
/// first.
void end_stopped(CallData& call, StepBuilder& step, MediaOperation operation, OperationEnding ending,
                 base::milliseconds duration, std::vector<RequestId> behind);

void on_prompt_ready(CallData& call, StepBuilder& step, const PromptReady& report);
void on_prompt_failed(CallData& call, StepBuilder& step, const PromptFailed& report);
void on_prompt_late(CallData& call, StepBuilder& step, OperationNumber number);
void on_started(CallData& call, StepBuilder& step, const OperationStarted& report);
void on_finished(CallData& call, StepBuilder& step, const OperationFinished& report);
void on_record_written(CallData& call, StepBuilder& step, const RecordWritten& report);

/// The creation's rows could not be written and the bot got a 500: the operation goes without a word.
void withdraw(CallData& call, StepBuilder& step, OperationId id);

}  // namespace tonearm::call
