#include "call/property/model_engine.hpp"

#include <algorithm>

#include "call/media_operation.hpp"

namespace tonearm::call::property {

bool ModelEngine::is_for_media(const NowEffect& effect) {
  return !std::holds_alternative<ArmTimer>(effect) && !std::holds_alternative<DisarmTimer>(effect) &&
         !std::holds_alternative<SignalRinging>(effect) && !std::holds_alternative<SignalReject>(effect) &&
         !std::holds_alternative<SignalHangUp>(effect);
}

void ModelEngine::carry_out_next() {
  const NowEffect command = std::move(inbox_.front());
  inbox_.pop_front();
  std::visit([this](const auto& c) { run(c); }, command);
}

std::optional<MediaBody> ModelEngine::next_report() {
  if (reports_.empty()) return std::nullopt;
  MediaBody report = std::move(reports_.front());
  reports_.pop_front();
  return report;
}

void ModelEngine::run(const OpenMedia&) {
  if (dice_.percent(4)) {
    reports_.push_back(SessionFailed{"no port"});
    return;
  }
  open_ = true;
  reports_.push_back(SessionOpened{});
}

void ModelEngine::run(const PrefetchOperation& command) {
  kinds_[command.number] = std::holds_alternative<RecordSpec>(command.spec);
  const auto* play = std::get_if<PlaySpec>(&command.spec);
  if (play && play->loop) endless_.insert(command.number);
  preparing_.insert(command.number);
}

void ModelEngine::run(const StartOperation& command) {
  preparing_.erase(command.number);
  slots_.push_back(command.number);
}

void ModelEngine::run(const StopOperations& command) {
  StopAcknowledged ack;
  ack.stop = command.stop;
  for (const OperationNumber number : command.numbers) ack.operations.push_back(stop(number));
  if (dice_.percent(50)) ack.cut_at = base::TimePoint(base::seconds(1));
  reports_.push_back(std::move(ack));
}

StoppedOperation ModelEngine::stop(OperationNumber number) {
  if (preparing_.erase(number) != 0) return {number, StopOutcome::never_started, {}};
  const auto slot = std::ranges::find(slots_, number);
  if (slot == slots_.end()) return {number, StopOutcome::nothing, {}};
  const bool sounded = sounding_ && slot == slots_.begin();
  slots_.erase(slot);
  if (!sounded) return {number, StopOutcome::never_started, {}};
  sounding_ = false;
  const base::milliseconds length = some_length();
  if (kinds_[number] && length >= kLeastRecording) writing_.push_back(number);
  return {number, StopOutcome::cut, length};
}

void ModelEngine::run(const CloseMedia&) {
  slots_.clear();
  preparing_.clear();
  dtmf_.clear();
  sounding_ = false;
  open_ = false;
  reports_.push_back(SessionClosed{});
}

void ModelEngine::progress() {
  if (dead_ || !open_) return;
  switch (dice_.below(8)) {
    case 0:
    case 1:
    case 2:
      return prepare_one();
    case 3:
    case 4:
    case 5:
      if (sounding_) return finish_current();
      if (slots_.empty()) return;
      sounding_ = true;
      reports_.push_back(OperationStarted{slots_.front()});
      return;
    case 6:
      if (dice_.percent(50)) {
        reports_.push_back(KeyPressed{Tone::t1});
      } else if (!dtmf_.empty()) {
        reports_.push_back(DtmfSent{dtmf_.front()});
        dtmf_.pop_front();
      }
      return;
    default:
      finish_writing();
      if (dice_.percent(2)) reports_.push_back(MediaLost{});
  }
}

void ModelEngine::prepare_one() {
  if (preparing_.empty()) return;
  const OperationNumber number = *preparing_.begin();
  preparing_.erase(preparing_.begin());
  if (dice_.percent(80)) {
    reports_.push_back(PromptReady{number});
  } else {
    reports_.push_back(PromptFailed{number, dice_.percent(50), "not there"});
  }
}

void ModelEngine::finish_current() {
  const OperationNumber number = slots_.front();
  if (endless_.contains(number)) return;
  slots_.pop_front();
  sounding_ = false;
  if (kinds_[number]) {
    reports_.push_back(ending_of_record(number));
  } else if (dice_.percent(90)) {
    reports_.push_back(OperationFinished{number, EndReason::play_finished, {}, some_length()});
  } else {
    reports_.push_back(
        OperationFinished{number, EndReason::prompt_download_failed, "cut off", some_length()});
  }
  if (slots_.empty() || dice_.percent(20)) return;
  sounding_ = true;  // the armed one follows at once
  reports_.push_back(OperationStarted{slots_.front()});
}

OperationFinished ModelEngine::ending_of_record(OperationNumber number) {
  static constexpr EndReason kReasons[] = {EndReason::record_max_duration, EndReason::record_stop_tone,
                                           EndReason::record_max_silence, EndReason::record_initial_silence,
                                           EndReason::record_prompt_failed};
  const EndReason reason = kReasons[dice_.below(std::size(kReasons))];
  if (needs_file(reason)) writing_.push_back(number);
  return {number, reason, {}, some_length()};
}

bool ModelEngine::finish_writing() {
  if (writing_.empty() || dead_) return false;
  reports_.push_back(RecordWritten{writing_.front(), dice_.percent(90), {}});
  writing_.erase(writing_.begin());
  return true;
}

base::milliseconds ModelEngine::some_length() {
  return base::milliseconds(dice_.below(300));
}

}  // namespace tonearm::call::property
