#include <utility>

#include <fmt/format.h>

#include "sip/option_tags.hpp"
#include "sip/refusal.hpp"
#include "sip/session.hpp"

// A call that comes in, until it is answered, refused or given up (RFC 3261 §13.3).

namespace tonearm::sip {

base::Result<Session> Session::incoming(SessionSetup setup, const Message& invite,
                                        ServerTransaction transaction) {
  Session session(std::move(setup));
  session.dialog_ = dialog_of_invite(invite, session.setup_.contact, session.setup_.nat);
  session.phase_ = Incoming{transaction, false, has_tag(invite.require, kReliable)};
  session.invite_cseq_ = invite.cseq;
  session.note_abilities(invite);
  session.least_interval_ = least_of(invite, kLeastInterval);
  session.interval_ = accept_interval(invite, session.setup_.session_interval, std::nullopt);
  if (!invite.has_sdp()) return session;
  auto offer = parse_sdp(invite.body);
  if (!offer) return std::unexpected(std::move(offer.error()));
  auto agreement = session.judge(*offer, invite.flow.remote);
  if (!agreement) return std::unexpected(std::move(agreement.error()));
  session.agreed_ = std::move(*agreement);
  session.remote_offer_ = std::move(*offer);
  return session;
}

SessionActions Session::ring() {
  SessionActions actions;
  auto* incoming = std::get_if<Incoming>(&phase_);
  if (incoming == nullptr || std::exchange(incoming->rung, true)) return actions;
  if (incoming->reliably) {
    // The first reliable response to an INVITE without an offer has to offer (RFC 3262 §5), which is only
    // known when the call is answered: nothing rings, and the 200 comes.
    if (agreed_) await_prack(actions);
    return actions;
  }
  actions.emplace_back(
      SendResponse{incoming->transaction, 180, fmt::format("Contact: {}\r\n", setup_.contact), {}});
  return actions;
}

SessionActions Session::answer(const call::LocalMedia& local) {
  SessionActions actions;
  const auto* incoming = std::get_if<Incoming>(&phase_);
  if (incoming == nullptr) return actions;
  const ServerTransaction transaction = incoming->transaction;
  local_media_ = local;
  Unacknowledged wait{.cseq = invite_cseq_, .first = true};
  Sdp body;
  if (agreed_) {
    body = make_answer(*agreed_, *remote_offer_, local);
    remote_offer_.reset();
  } else {
    wait.carries_offer = true;
    local_offer_ = body = make_offer(setup_.capabilities, local);
  }
  actions.emplace_back(SendResponse{
      transaction, 200, fmt::format("Contact: {}\r\n{}", setup_.contact, acceptance_lines(interval_)),
      own_description(std::move(body))});
  await_ack(actions, wait);
  arm_interval(actions);
  return actions;
}

SessionActions Session::reject(int status, const std::string& reason, const std::string& redirect_to) {
  SessionActions actions;
  const auto* incoming = std::get_if<Incoming>(&phase_);
  if (incoming == nullptr) return actions;
  Refusal refusal = refuse(status, reason.empty() ? reason_phrase(status) : std::string_view(reason));
  if (!redirect_to.empty()) refusal.headers += fmt::format("Contact: <{}>\r\n", redirect_to);
  if (status == 503) refusal.headers += "Retry-After: 5\r\n";
  actions.emplace_back(SendResponse{incoming->transaction, refusal.status, refusal.headers, {}});
  end(actions);
  return actions;
}

SessionActions Session::on_cancel() {
  SessionActions actions;
  const auto* incoming = std::get_if<Incoming>(&phase_);
  if (incoming == nullptr) return actions;  // it crossed our final answer, which stands (RFC 3261 §9.2)
  actions.emplace_back(SendResponse{incoming->transaction, 487, warning("the caller gave up"), {}});
  end(actions, CancelledByCaller{});
  return actions;
}

}  // namespace tonearm::sip
