#include <utility>

#include <fmt/format.h>

#include "sip/session.hpp"

// A call that we make, until it is answered, refused or given up (RFC 3261 §13.2).

namespace tonearm::sip {

Session Session::outgoing(SessionSetup setup, const Invitation& invitation, const call::LocalMedia& local,
                          SessionActions& actions) {
  Session session(std::move(setup));
  Dialog& dialog = session.dialog_;
  dialog.call_id = invitation.call_id;
  dialog.local_tag = invitation.local_tag;
  dialog.local = fmt::format("{};tag={}", invitation.from, invitation.local_tag);
  dialog.remote = invitation.to;
  dialog.remote_target = invitation.target;
  dialog.contact = session.setup_.contact;
  dialog.symmetric = session.setup_.nat;
  session.phase_ = Calling{};
  session.local_media_ = local;
  session.local_offer_ = make_offer(session.setup_.capabilities, local);

  OutgoingRequest invite = make_request(dialog, "INVITE");
  session.invite_cseq_ = dialog.local_cseq;
  invite.next_hop = invitation.next_hop;
  invite.headers += invitation.extra_headers;
  invite.content_type = "application/sdp";
  invite.body = session.own_description(*session.local_offer_);
  actions.emplace_back(SendRequest{std::move(invite)});
  actions.emplace_back(ArmSessionTimer{SessionTimer::ringing_limit, session.setup_.ringing_limit});
  return session;
}

SessionActions Session::on_invite_response(const Message& response) {
  if (response.status >= 200 && response.status < 300) return on_success(response);
  SessionActions actions;
  auto* calling = std::get_if<Calling>(&phase_);
  if (calling == nullptr || response.status <= 100) return actions;
  if (response.status < 200) {
    if (!calling->cancelled && !std::exchange(calling->rung, true)) actions.emplace_back(Ringing{});
    return actions;
  }
  actions.emplace_back(DisarmSessionTimer{SessionTimer::ringing_limit});
  if (calling->cancelled) {
    end(actions);
  } else {
    end(actions, Failed{response.status, false, response.reason});
  }
  return actions;
}

SessionActions Session::on_success(const Message& response) {
  const auto* calling = std::get_if<Calling>(&phase_);
  if (calling == nullptr) {
    if (response.to.tag != dialog_.remote_tag) return drop_branch(response);
    return {SendAck{make_ack(dialog_, invite_cseq_)}};  // ours was lost
  }
  const bool cancelled = calling->cancelled;
  SessionActions actions;
  actions.emplace_back(DisarmSessionTimer{SessionTimer::ringing_limit});
  dialog_ = dialog_of_answer(dialog_, response);
  actions.emplace_back(SendAck{make_ack(dialog_, invite_cseq_)});
  if (cancelled) {  // our CANCEL came too late
    say_bye(actions);
    return actions;
  }
  auto agreement = read_answer(response);
  if (!agreement) {
    actions.emplace_back(Failed{488, false, agreement.error().message()});
    say_bye(actions);
    return actions;
  }
  agreed_ = std::move(*agreement);
  phase_ = Confirmed{};
  actions.emplace_back(Answered{agreed_->media});
  return actions;
}

/// A second branch of a forked INVITE answered too: it gets its ACK and is hung up (RFC 3261 §13.2.2.4).
SessionActions Session::drop_branch(const Message& response) const {
  Dialog invite = dialog_;
  invite.local_cseq = invite_cseq_;
  Dialog branch = dialog_of_answer(invite, response);
  SessionActions actions;
  actions.emplace_back(SendAck{make_ack(branch, invite_cseq_)});
  actions.emplace_back(SendRequest{make_request(branch, "BYE")});
  return actions;
}

SessionActions Session::on_invite_failed(int status, const std::string& reason) {
  SessionActions actions;
  const auto* calling = std::get_if<Calling>(&phase_);
  if (calling == nullptr) return actions;
  actions.emplace_back(DisarmSessionTimer{SessionTimer::ringing_limit});
  if (calling->cancelled) {
    end(actions);
  } else {
    end(actions, Failed{status, false, reason});
  }
  return actions;
}

}  // namespace tonearm::sip
