#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "app/call_metrics.hpp"
#include "app/chronicle.hpp"
#include "base/shared_value.hpp"
#include "call/call.hpp"
#include "call/ports.hpp"

namespace tonearm::app {

/// The outside world as a call needs it; all of it outlives every call.
struct CallPorts {
  call::SignalingPort& signaling;
  call::MediaPort& media;
  call::CallStore& store;
  call::EventSink& events;
  const call::NotificationRenderer& renderer;
  Chronicle& chronicle;
  /// How long an answer waits for the disk, before it says that nobody knows.
  std::chrono::milliseconds store_limit{10'000};
};

/// One call and its strand: feeds inputs to the pure domain and carries out the steps that come back. Effects
/// of the `now` list leave at once; those of `after_commit` leave in step order when the store has the step's
/// rows; the strand never waits for the store. Threading: thread-safe: `post…` and `snapshot` from anywhere,
/// all else on the strand.
class CallActor : public std::enable_shared_from_this<CallActor> {
 public:
  using ReplyHandler = call::CallDirectory::ReplyHandler;
  /// Called on the strand, once, when the call's end is on disk.
  using OverHandler = std::function<void(call::CallId)>;

  CallActor(boost::asio::any_io_executor executor, CallPorts ports, CallMetrics& metrics, call::CallId id,
            std::string webhook, OverHandler over);

  /// Makes the call on its strand and carries out its first step. `create` runs there, once.
  using Create = std::function<std::pair<std::unique_ptr<call::Call>, call::Step>(const call::Stamp&)>;
  void post_create(Create create);
  using Keep = call::CallDirectory::Keep;
  /// As above, for a call that a request asked for: `reply` hears what became of its first step, and what
  /// `keep` makes of it is written with it.
  void post_create(Create create, call::RequestId request, Keep keep, ReplyHandler reply);
  void post(call::Input input);
  void post_command(call::CommandContext context, call::Command command, ReplyHandler reply);
  /// Notifications that wait for this response may go.
  void post_response_written(call::RequestId request);

  [[nodiscard]] call::SnapshotPtr snapshot() const { return snapshot_.load(); }

 private:
  /// A step whose rows the store has not confirmed yet, or which stands behind such a one.
  struct PendingStep {
    std::uint64_t number = 0;
    bool written = false;
    std::vector<call::CommittedEffect> effects;
    std::vector<call::OutboxRow> outbox;  // in the order of its Publish effects
    bool call_over = false;
    bool refused = false;
    std::unique_ptr<boost::asio::steady_timer> limit;  // of a step that answers a request
  };

  call::Stamp stamp();
  void take(const call::Input& input);
  void carry_out(call::Step step, const call::Input* cause);
  void write_down(const call::Step& step, const call::Input* cause);
  void limit_wait(PendingStep& step);
  void on_written(std::uint64_t number, std::error_code failure);
  PendingStep* pending(std::uint64_t number);
  [[nodiscard]] bool answers_the_patient(const PendingStep& step) const;
  void refuse(PendingStep& step);
  void release_written_steps();
  void release(PendingStep step);
  bool withdraw_invite(call::LegId leg);
  void publish(const call::Notification& notification, call::OutboxRow row);
  void respond(call::RequestId request, call::Reply reply);
  void finish();

  void run(const call::OpenMedia& effect);
  void run(const call::UpdateMedia& effect);
  void run(const call::PrefetchOperation& effect);
  void run(const call::WarmPrompt& effect);
  void run(const call::StartOperation& effect);
  void run(const call::StopOperations& effect);
  void run(const call::SendDtmf& effect);
  void run(const call::InjectKey& effect);
  void run(const call::JoinMedia& effect);
  void run(const call::CloseMedia& effect);
  void run(const call::SignalRinging& effect);
  void run(const call::SignalReject& effect);
  void run(const call::SignalHangUp& effect);
  void run(const call::ArmTimer& effect);
  void run(const call::DisarmTimer& effect);
  [[nodiscard]] call::LegRef leg(call::LegId leg) const { return {id_, leg}; }

  struct ArmedTimer {
    std::uint64_t number = 0;  ///< Of all that were ever armed: tells it from its successor.
    std::unique_ptr<boost::asio::steady_timer> timer;
  };

  boost::asio::strand<boost::asio::any_io_executor> strand_;
  const CallPorts ports_;
  CallMetrics& metrics_;
  const call::CallId id_;
  const std::string webhook_;  // the application's own
  OverHandler over_;

  call::RandomIds ids_;
  std::unique_ptr<call::Call> call_;
  std::deque<call::Input> early_;  // inputs that overtook post_create
  base::SharedValue<call::CallSnapshot> snapshot_;
  std::deque<PendingStep> pending_;  // in step order
  std::map<call::TimerKey, ArmedTimer> timers_;
  std::uint64_t last_timer_ = 0;
  Keep keep_;                                                  // of the request that made the call
  std::optional<auth::Sha256> kept_;                           // key of what it kept
  std::optional<auth::Sha256> withdrawn_;                      // the same, until the store hears of it
  std::unordered_map<call::RequestId, ReplyHandler> replies_;  // by request, until answered
  std::set<call::RequestId> unwritten_;                        // requests whose response is still on its way
  std::set<call::RequestId> patient_;                          // of those in replies_: cancels and hang-ups
  bool over_told_ = false;
};

}  // namespace tonearm::app
