#include "call/media_operation.hpp"

namespace tonearm::call {

OperationStatus status_after(EndReason reason) {
  switch (reason) {
    case EndReason::play_finished:
    case EndReason::record_max_duration:
    case EndReason::record_stop_tone:
    case EndReason::record_max_silence:
    case EndReason::record_call_ended_with_audio:
    case EndReason::record_media_lost_with_audio:
    case EndReason::dtmf_sent:
    case EndReason::server_restarted_with_audio:
    case EndReason::immediate:
      return OperationStatus::completed;
    default:
      return OperationStatus::failed;
  }
}

bool needs_file(EndReason reason) {
  switch (reason) {
    case EndReason::record_max_duration:
    case EndReason::record_stop_tone:
    case EndReason::record_max_silence:
    case EndReason::record_call_ended_with_audio:
    case EndReason::record_media_lost_with_audio:
      return true;
    default:
      return false;
  }
}

EndReason reason_of_stop(const MediaOperation& operation, StopCause cause, std::chrono::milliseconds sent) {
  if (!operation.is_record()) return EndReason::play_cancelled;
  const bool with_audio = sent >= kLeastRecording;
  switch (cause) {
    case StopCause::cancelled:
      return EndReason::record_cancelled;
    case StopCause::call_ended:
      return with_audio ? EndReason::record_call_ended_with_audio
                        : EndReason::record_call_ended_without_audio;
    case StopCause::media_lost:
      return with_audio ? EndReason::record_media_lost_with_audio
                        : EndReason::record_media_lost_without_audio;
  }
  return EndReason::record_cancelled;
}

}  // namespace tonearm::call
