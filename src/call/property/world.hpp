#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "call/call.hpp"
#include "call/property/dice.hpp"
#include "call/property/model_engine.hpp"
#include "call/property/trace.hpp"

namespace tonearm::call::property {

/// A call in a random world: a shell as the real one works (gates, commits in order, responses, deliveries,
/// timers), a media engine, a bot and a caller who do anything at any time. One seed, one history.
class World {
 public:
  explicit World(std::uint64_t seed);

  /// Plays a whole history, until the call is over and everything about it delivered.
  const Trace& run();
  /// Afterwards: the call is over, and holds neither a leg nor a session.
  [[nodiscard]] bool nothing_left() const { return call_->over() && legs_up_.empty() && sessions_.empty(); }
  /// Caller and target of a redirect spoke with each other.
  [[nodiscard]] bool was_relayed() const { return relayed_; }

 private:
  /// A step that waits for the store, as the shell keeps it.
  struct PendingStep {
    std::uint64_t number = 0;
    bool failed = false;
    std::vector<CommittedEffect> effects;
  };

  void act();
  void carry_out_command();
  void settle();
  bool settle_once();
  void feed(const Input& input);
  void carry_out(Step step);

  // the shell
  void run_now(const NowEffect& effect);
  void commit_next();
  void fail_commit();
  void release(PendingStep step);
  void reply(RequestId request, const Reply& reply, bool refused);
  void write_response();
  bool deliver_next();
  void fire_timer();
  [[nodiscard]] RequestId owed_before(CallEvent event) const;
  [[nodiscard]] Stamp stamp();

  // the bot and the caller
  void send_command();
  void command(const Command& command, Event event = {});
  [[nodiscard]] Command some_command();
  [[nodiscard]] Command some_cancel(Event& event);
  [[nodiscard]] TransferCommand some_transfer();
  [[nodiscard]] PlaySpec some_play();
  [[nodiscard]] RecordSpec some_record();
  void send_signal();
  [[nodiscard]] RedirectCommand some_redirect();
  [[nodiscard]] static MediaDescription some_media();
  // world_targets_test.cpp
  /// The media command's leg is one of a redirect's targets.
  [[nodiscard]] static bool is_for_target(const NowEffect& effect);
  void run_for_target(const NowEffect& effect);
  /// Something happens at a target of a redirect. False if there is none.
  bool act_for_target();
  void tell_of_transfer();
  void media_report();
  void stale_report();

  void watch_operations(const Step& step);
  void watch_refusals(const Step& step);
  void watch_report(const MediaBody& report);
  void note(Event event) { trace_.push_back(std::move(event)); }

  Dice dice_;
  SeededIds ids_;
  ModelEngine engine_;
  std::unique_ptr<Call> call_;
  Trace trace_;
  base::TimePoint now_{base::seconds(1)};

  std::deque<PendingStep> pending_;
  std::deque<RequestId> unwritten_;
  std::deque<Notification> outbox_;
  std::vector<TimerKey> timers_;
  std::vector<MediaBody> told_;  // reports that were delivered, for repeating them
  SnapshotPtr shown_;
  std::set<OperationNumber> queue_;  // running and queued, as the outside can know it
  std::map<StopId, std::vector<OperationNumber>> stops_;
  std::set<OperationNumber> running_;  // as GET shows it
  std::set<RequestId> written_;
  std::map<RequestId, OperationNumber> held_;  // records that wait for the stop of their barge-in
  std::map<CallEvent, RequestId> owed_;        // whose response this call notification must follow
  std::uint64_t last_request_ = 0;
  /// Whom a redirect calls, as signalling and media of that leg would have it.
  struct Target {
    bool opening = false;
    bool closing = false;
    bool invited = false;
    bool answered = false;
  };
  std::map<LegId, Target> targets_;
  std::set<LegId> legs_up_;   // answered, neither hung up nor told that they hung up
  std::set<LegId> hung_up_;   // by us
  std::set<LegId> sessions_;  // opened or opening, no close asked for
  bool relayed_ = false;
  bool answer_out_ = false;
  bool invite_out_ = false;
  bool refer_out_ = false;
  bool subscribed_ = false;
};

}  // namespace tonearm::call::property
