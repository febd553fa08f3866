#include "sip/call_leg.hpp"

#include <future>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/guid.hpp"

namespace tonearm::sip {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

call::LegReferred to_signal(const Referred& referred) {
  using Outcome = call::LegReferred::Outcome;
  switch (referred.outcome) {
    case Referred::Outcome::accepted:
      return {Outcome::accepted, referred.status, referred.reason};
    case Referred::Outcome::done:
      return {Outcome::done, referred.status, referred.reason};
    case Referred::Outcome::failed:
      return {Outcome::failed, referred.status, referred.reason};
  }
  return {};
}

call::SignalBody to_signal(const SessionEvent& event, const std::string& dialog) {
  return std::visit(Overloaded{
                        [](const Ringing& e) -> call::SignalBody { return call::LegRinging{e.early}; },
                        [&](const Answered& e) -> call::SignalBody {
                          return call::LegAnswered{e.media, dialog};
                        },
                        [](const Acknowledged& e) -> call::SignalBody { return call::LegAcked{e.media}; },
                        [&](const MediaChanged& e) -> call::SignalBody {
                          return call::LegMediaChanged{e.media, dialog};
                        },
                        [](const KeyPressed& e) -> call::SignalBody { return call::LegKey{e.tone}; },
                        [](const CancelledByCaller&) -> call::SignalBody { return call::LegCancelled{}; },
                        [](const HungUp&) -> call::SignalBody { return call::LegHungUp{}; },
                        [](const Failed& e) -> call::SignalBody {
                          return call::LegFailed{e.status, e.no_ack, e.reason};
                        },
                        [](const Referred& e) -> call::SignalBody { return to_signal(e); },
                    },
                    event);
}

}  // namespace

base::Result<std::unique_ptr<CallLegs>> CallLegs::open(AgentSettings settings, AgentHooks hooks,
                                                       call::SignalingListener& listener) {
  std::unique_ptr<CallLegs> legs(new CallLegs(listener));
  std::optional<base::Error> error;
  legs->loop_.run([&] {
    auto agent = Agent::open(legs->loop_, std::move(settings), std::move(hooks), *legs);
    if (!agent) {
      error = std::move(agent.error());
      return;
    }
    legs->agent_ = std::move(*agent);
    legs->listening_ = legs->agent_->listening();
  });
  if (error) return std::unexpected(std::move(*error));
  return legs;
}

CallLegs::~CallLegs() {
  loop_.run([this] { agent_.reset(); });
}

template <class Action>
void CallLegs::post_to(call::LegRef leg, Action action) {
  loop_.post([this, leg, action = std::move(action)] {
    const auto found = sessions_.find(leg);
    if (found != sessions_.end() && agent_) action(*agent_, found->second);
  });
}

void CallLegs::post_ringing(call::LegRef leg) {
  post_to(leg, [](Agent& agent, SessionId session) { agent.ring(session); });
}

void CallLegs::post_answer(call::LegRef leg, call::LocalMedia local) {
  post_to(leg, [local = std::move(local)](Agent& agent, SessionId session) { agent.answer(session, local); });
}

void CallLegs::post_ack(call::LegRef leg) {
  post_to(leg, [](Agent& agent, SessionId session) { agent.acknowledge(session); });
}

void CallLegs::post_reject(call::LegRef leg, int status, std::string reason, std::string redirect_to) {
  post_to(leg, [status, reason = std::move(reason), redirect_to = std::move(redirect_to)](
                   Agent& agent, SessionId session) { agent.reject(session, status, reason, redirect_to); });
}

void CallLegs::post_hang_up(call::LegRef leg) {
  post_to(leg, [](Agent& agent, SessionId session) { agent.hang_up(session); });
}

void CallLegs::post_invite(call::LegRef leg, call::Invitation invitation) {
  loop_.post([this, leg, invitation = std::move(invitation)] {
    if (agent_) invite(leg, invitation);
  });
}

void CallLegs::post_refer(call::LegRef leg, call::Referral referral) {
  loop_.post([this, leg, referral = std::move(referral)] {
    if (agent_) refer(leg, referral);
  });
}

void CallLegs::post_hang_up_restored(std::string dialog) {
  loop_.post([this, dialog = std::move(dialog)] {
    if (agent_) agent_->hang_up_restored(dialog);
  });
}

void CallLegs::post_directory(Directory directory) {
  loop_.post([this, directory = std::move(directory)]() mutable {
    if (agent_) agent_->set_directory(std::move(directory));
  });
}

std::future<void> CallLegs::withdraw() {
  const auto done = std::make_shared<std::promise<void>>();
  auto answered = done->get_future();
  loop_.post([this, done] { agent_->withdraw([done] { done->set_value(); }); });
  return answered;
}

std::vector<TracedMessage> CallLegs::trace(call::CallId call) const {
  return agent_->trace().messages(call);
}

// ---- on the loop

void CallLegs::bind(call::LegRef leg, SessionId session, const std::string& call_id) {
  sessions_.emplace(leg, session);
  legs_.emplace(session, leg);
  agent_->trace().assign(call_id, leg.call);
}

void CallLegs::on_incoming(IncomingCall call) {
  const call::LegRef leg{call::CallId(base::Guid::random()), call::LegId(1)};
  bind(leg, call.session, call.call_id);
  call::IncomingInvite invite;
  invite.leg = leg;
  invite.application = call.admission.application;
  invite.source = std::move(call.admission.caller);
  invite.called = std::move(call.admission.called);
  invite.hops = call.admission.hops;
  invite.diverted_from = std::move(call.admission.diverted_from);
  invite.from_pstn = call.admission.from_trunk;
  invite.media = std::move(call.media);
  invite.dialog = std::move(call.dialog);
  listener_.on_invite(std::move(invite));
}

void CallLegs::on_event(SessionId session, const SessionEvent& event, const std::string& dialog) {
  if (const auto found = legs_.find(session); found != legs_.end()) {
    listener_.on_signal(found->second, to_signal(event, dialog));
  }
}

void CallLegs::on_finished(SessionId session) {
  const auto found = legs_.find(session);
  if (found == legs_.end()) return;
  sessions_.erase(found->second);
  legs_.erase(found);
}

void CallLegs::invite(call::LegRef leg, const call::Invitation& invitation) {
  const auto session = agent_->call(PartyCall{invitation.target, invitation.source, invitation.caller_number,
                                              invitation.local, invitation.hops});
  if (!session) {
    const NoRoute& why = session.error();
    return listener_.on_signal(leg, call::LegFailed{why.status, false, why.reason, why.unknown});
  }
  bind(leg, *session, agent_->call_id(*session));
}

void CallLegs::refer(call::LegRef leg, const call::Referral& referral) {
  const auto found = sessions_.find(leg);
  if (found == sessions_.end()) return;
  PartyReferral wanted{referral.target, referral.source, referral.caller_number, {}};
  if (referral.replaces) {
    const auto other = sessions_.find(call::LegRef{*referral.replaces, call::LegId(1)});
    if (other == sessions_.end()) {
      return listener_.on_signal(
          leg, call::LegReferred{call::LegReferred::Outcome::failed, 0, "the call with the target is over"});
    }
    wanted.replaces = other->second;
  }
  agent_->refer(found->second, wanted);
}

}  // namespace tonearm::sip
