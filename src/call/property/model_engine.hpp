#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "call/effects.hpp"
#include "call/property/dice.hpp"

namespace tonearm::call::property {

/// A media session as the contract has it: commands in order, reports in order, one operation sounding, one
/// armed behind it. When it does what is up to the dice.
class ModelEngine {
 public:
  explicit ModelEngine(Dice& dice) : dice_(dice) {}

  [[nodiscard]] static bool is_for_media(const NowEffect& effect);
  void post(const NowEffect& command) { inbox_.push_back(command); }
  [[nodiscard]] bool has_commands() const { return !inbox_.empty() && !dead_; }
  void carry_out_next();
  /// Something happens by itself: a prompt is ready, one starts, one ends, a key is pressed …
  void progress();
  [[nodiscard]] std::optional<MediaBody> next_report();
  [[nodiscard]] bool has_reports() const { return !reports_.empty(); }
  /// A record's file that is still being written is finished.
  bool finish_writing();
  void die() { dead_ = true; }

 private:
  void run(const OpenMedia&);
  void run(const UpdateMedia&) {}
  void run(const PrefetchOperation& command);
  void run(const WarmPrompt&) {}
  void run(const StartOperation& command);
  void run(const StopOperations& command);
  void run(const SendDtmf& command) { dtmf_.push_back(command.number); }
  void run(const CloseMedia&);
  template <class NotForMedia>
  void run(const NotForMedia&) {}

  [[nodiscard]] StoppedOperation stop(OperationNumber number);
  void prepare_one();
  void finish_current();
  [[nodiscard]] OperationFinished ending_of_record(OperationNumber number);
  [[nodiscard]] base::milliseconds some_length();

  Dice& dice_;
  std::deque<NowEffect> inbox_;
  std::deque<MediaBody> reports_;
  bool open_ = false;
  bool dead_ = false;
  bool sounding_ = false;              // the front of `slots_`
  std::deque<OperationNumber> slots_;  // started, in order
  std::set<OperationNumber> preparing_;
  std::map<OperationNumber, bool> kinds_;  // record?
  std::set<OperationNumber> endless_;      // loop: true
  std::vector<OperationNumber> writing_;
  std::deque<OperationNumber> dtmf_;
};

}  // namespace tonearm::call::property
