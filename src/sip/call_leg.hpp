#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "call/ports.hpp"
#include "sip/agent.hpp"
#include "sip/loop.hpp"

namespace tonearm::sip {

/// The one place where `sip` meets `call`: legs of calls are sessions of the agent, under other names. Owns
/// the signalling loop. Threading: thread-safe; the listener is called on the loop's thread.
class CallLegs final : public call::SignalingPort, private AgentListener {
 public:
  /// Binds the listeners and starts to take calls. Errors: cannot_bind, library_failure.
  static base::Result<std::unique_ptr<CallLegs>> open(AgentSettings settings, AgentHooks hooks,
                                                      call::SignalingListener& listener);
  /// Says nothing to anybody: hang up and wait for `sessions()` to become 0 first.
  ~CallLegs() override;

  void post_ringing(call::LegRef leg) override;
  void post_answer(call::LegRef leg, call::LocalMedia local) override;
  void post_ack(call::LegRef leg) override;
  void post_reject(call::LegRef leg, int status, std::string reason, std::string redirect_to) override;
  void post_hang_up(call::LegRef leg) override;
  void post_invite(call::LegRef leg, call::Invitation invitation) override;
  void post_refer(call::LegRef leg, call::Referral referral) override;
  void post_hang_up_restored(std::string dialog) override;

  /// Users, trunks, applications and `open` anew; running calls keep what they have.
  void post_directory(Directory directory);

  /// Takes our registrations with trunks back, so that they send no calls any more. Ready when all have
  /// answered; one that says nothing is not given up here.
  std::future<void> withdraw();
  /// Runs it on the signalling loop, after what was posted before.
  void post_task(std::function<void()> task) { loop_.post(std::move(task)); }

  /// The addresses really bound, in the order of the settings.
  [[nodiscard]] const std::vector<ListenAddress>& listening() const { return listening_; }
  /// The last messages of a call's legs, oldest first; empty if it is unknown or too long ago.
  [[nodiscard]] std::vector<TracedMessage> trace(call::CallId call) const;
  [[nodiscard]] const Metrics& metrics() const { return agent_->metrics(); }
  /// CPU time that signalling has used.
  [[nodiscard]] std::chrono::nanoseconds cpu_time() { return loop_.cpu_time(); }
  /// Sessions that are not over yet, BYEs without answer included.
  [[nodiscard]] std::size_t sessions() const { return agent_->sessions(); }

 private:
  explicit CallLegs(call::SignalingListener& listener) : listener_(listener) {}

  void on_incoming(IncomingCall call) override;
  void on_event(SessionId session, const SessionEvent& event, const std::string& dialog) override;
  void on_finished(SessionId session) override;

  /// Runs `action(session)` on the loop if the leg has a session then.
  template <class Action>
  void post_to(call::LegRef leg, Action action);
  void bind(call::LegRef leg, SessionId session, const std::string& call_id);
  void invite(call::LegRef leg, const call::Invitation& invitation);
  void refer(call::LegRef leg, const call::Referral& referral);

  call::SignalingListener& listener_;
  std::vector<ListenAddress> listening_;

  // On the loop's thread.
  std::unordered_map<call::LegRef, SessionId> sessions_;
  std::unordered_map<SessionId, call::LegRef> legs_;

  Loop loop_;
  std::unique_ptr<Agent> agent_;  // made and destroyed on the loop
};

}  // namespace tonearm::sip
