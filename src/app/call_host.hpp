#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "app/applications.hpp"
#include "app/call_actor.hpp"
#include "call/ports.hpp"
#include "net/runtime.hpp"

namespace tonearm::app {

/// All calls of this node: makes an actor per call and brings inputs from signalling, media, delivery and the
/// API to the right one. Threading: thread-safe.
class CallHost final : public call::CallDirectory,
                       public call::SignalingListener,
                       public call::MediaListener,
                       public call::DeliveryListener {
 public:
  /// Why no call is taken now (draining, capacity, disk), or nothing. Asked on any thread.
  using WhyNot = std::function<std::optional<std::string>()>;

  CallHost(net::Runtime& runtime, std::vector<ServedApplication> applications, WhyNot why_no_calls,
           CallMetrics& metrics);
  /// Tests: see ServerOptions. Before the first call.
  void set_before_first_step(std::function<void()> hook) { before_first_step_ = std::move(hook); }
  /// Before the first call: the ports need this object as their listener, so they come second.
  void connect(const CallPorts& ports) { ports_.emplace(ports); }

  /// See Applications::update.
  void update_applications(std::vector<ServedApplication> applications) {
    applications_.update(std::move(applications));
  }

  // CallDirectory
  [[nodiscard]] call::SnapshotPtr find(call::CallId call) const override;
  [[nodiscard]] std::vector<call::SnapshotPtr> list() const override;
  void post_command(call::CallId call, call::CommandContext context, call::Command command,
                    ReplyHandler reply) override;
  void post_create(call::CreateCall order, call::CommandContext context, Keep keep,
                   CreateHandler reply) override;
  void post_response_written(call::RequestId request) override;

  // SignalingListener
  void on_invite(call::IncomingInvite invite) override;
  void on_signal(call::LegRef leg, call::SignalBody body) override;
  // MediaListener
  void on_media(call::LegRef leg, call::MediaBody body) override;
  // DeliveryListener
  void on_delivered(call::CallId call, call::NotificationNumber number) override;
  void on_attempt_failed(call::CallId call, call::NotificationNumber number,
                         const call::GivenUp& because) override;
  void on_parked(call::CallId call, call::NotificationNumber number, const call::GivenUp& because) override;
  void on_bot_silent(call::CallId call) override;

  /// From now on no call is taken; those that are up go on.
  void close();
  /// Calls whose end is not on disk yet.
  [[nodiscard]] std::size_t active() const;
  /// Ends what is still up, with its notifications.
  void end_all();
  /// False if calls were left when `limit` was over or `enough` became true (see `wake`).
  bool wait_until_idle(std::chrono::milliseconds limit, const std::atomic<bool>& enough);
  /// For a waiter to look at `enough` again.
  void wake();

 private:
  using ActorPtr = std::shared_ptr<CallActor>;
  struct PlacedCall {
    call::OutgoingCall call;
    call::CallSetup setup;
    std::size_t application = 0;
  };

  using Fate = graph::NotificationFate::Kind;
  /// A call may be long over when its notifications meet their fate.
  void write_down(call::CallId call, const graph::NotificationFate& fate) {
    ports_->chronicle.note(call, fate);
  }

  /// A new actor that inputs can find already; none after `close`.
  ActorPtr add(call::CallId call, const call::CallSetup& setup, std::size_t application);
  /// The order as a call that is counted in, and where, or why there is none.
  [[nodiscard]] std::expected<PlacedCall, call::CommandFailure> admit(call::CreateCall order,
                                                                      const call::CommandContext& context);
  [[nodiscard]] std::optional<call::CommandFailure> refusal_of(const call::SnapshotPtr& call,
                                                               const call::Command& command) const;
  [[nodiscard]] ActorPtr actor(call::CallId call) const;
  [[nodiscard]] std::vector<ActorPtr> actors() const;
  void post(call::CallId call, call::Input input);
  void on_over(call::CallId call, std::size_t application);

  net::Runtime& runtime_;
  Applications applications_;
  const WhyNot why_no_calls_;
  CallMetrics& metrics_;
  std::optional<CallPorts> ports_;
  std::function<void()> before_first_step_;

  mutable std::shared_mutex mutex_;  // guards closed_ and the two maps
  std::condition_variable_any idle_;
  bool closed_ = false;
  std::unordered_map<call::CallId, ActorPtr> actors_;
  std::unordered_map<call::RequestId, ActorPtr> requests_;  // until the response is written
};

}  // namespace tonearm::app
