// What a session does for records: prepare, and bring what was captured to its file.

#include <utility>

#include "media/rebuild_recordings.hpp"
#include "media/session.hpp"

namespace tonearm::media {
namespace {

/// The bot is promised a file, however short.
bool has_file(RecordEnd end) {
  return end == RecordEnd::max_duration || end == RecordEnd::max_silence || end == RecordEnd::stop_tone;
}

}  // namespace

void Session::post_prepare(OperationNumber number, RecordRequest request) {
  if (environment_.recorder == nullptr)
    return tell(Failed{number, {PromptFailure::Kind::download, "recordings have no folder here"}});
  std::vector<std::uint32_t> loops;
  if (request.prompt) loops.push_back(request.prompt->loops);
  auto list = std::make_shared<Playlist>(loops, false);
  auto record = std::make_unique<RecordOperation>(
      number, std::move(request.rules), list, [this, number] { report(Started{number}); },
      [this, number] { on_ended(number); });
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || operations_.contains(number)) return;
    Operation& operation = operations_[number];
    operation.prompts = std::move(list);
    operation.record = record.get();
    operation.recording = request.operation;
    operation.queued = std::move(record);
    if (!request.prompt) become_ready(number, operation);
  }
  if (request.prompt) prepare_item(number, 0, *request.prompt);
}

void Session::end_record(const Operation& operation) {
  RecordEnded ended{.number = operation.record->number,
                    .end = operation.record->end(),
                    .captured = operation.record->duration(),
                    .failure = {}};
  if (const PromptFailure* failure = operation.prompts->failure()) ended.failure = *failure;
  report(ended);
  close_recording(operation, true);
}

void Session::close_recording(const Operation& operation, bool tell_written) {
  const RecordOperation& record = *operation.record;
  const std::shared_ptr<Capture>& capture = record.capture();
  if (!capture) return;  // it never had its turn
  const bool wanted =
      has_file(record.end()) || (record.end() == RecordEnd::cut && record.duration() >= kLeastRecording);
  if (!wanted) return environment_.recorder->discard(capture);
  environment_.recorder->finish(
      capture, record.length(),
      [self = shared_from_this(), number = record.number, tell_written](const base::Result<void>& result) {
        if (tell_written)
          self->tell(RecordWritten{number, result.has_value(), result ? "" : result.error().context});
      });
}

}  // namespace tonearm::media
