#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "sip/session.hpp"

// A call that we make, until it is answered, refused or given up (RFC 3261 §13.2).

namespace tonearm::sip {
namespace {

constexpr std::size_t kBranchesMax = 16;  // whose early media, or whose BYE, is remembered

bool is_success(int status) {
  return status >= 200 && status < 300;
}

}  // namespace

DropBranch InviteBranches::drop(const Message& response) {
  Dialog branch = dialog_of_answer(invite, response);
  DropBranch drop{make_ack(branch, response.cseq), {}};
  drop.ack.headers += authorization;
  if (std::ranges::find(hung_up, response.to.tag) != hung_up.end()) return drop;
  if (hung_up.size() >= kBranchesMax) hung_up.erase(hung_up.begin());
  hung_up.push_back(response.to.tag);
  branch.local_cseq = std::max(branch.local_cseq, response.cseq);
  drop.bye = make_request(branch, "BYE");
  return drop;
}

Session Session::calling(std::string call_id, std::string local_tag, const call::LocalMedia& local) {
  Session session{SessionSetup{}};
  session.dialog_.call_id = std::move(call_id);
  session.dialog_.local_tag = std::move(local_tag);
  session.local_media_ = local;
  session.phase_ = Calling{};
  return session;
}

Session Session::outgoing(SessionSetup setup, const Invitation& invitation, const call::LocalMedia& local,
                          SessionActions& actions) {
  Session session = calling(invitation.call_id, invitation.local_tag, local);
  actions = session.invite(std::move(setup), invitation);
  return session;
}

bool Session::is_calling() const {
  const auto* calling = std::get_if<Calling>(&phase_);
  return calling != nullptr && !calling->cancelled;
}

SessionActions Session::invite(SessionSetup setup, const Invitation& invitation) {
  SessionActions actions;
  if (!is_calling()) return actions;
  const bool first = !local_offer_;
  const std::uint64_t described = setup_.sdp_session;
  setup_ = std::move(setup);
  if (!first) setup_.sdp_session = described;  // it is the same description
  setup_.session_interval = std::max(setup_.session_interval, least_interval_);
  invitation_ = invitation;
  dialog_.local = fmt::format("{};tag={}", invitation.from, dialog_.local_tag);
  dialog_.remote = invitation.to;
  dialog_.remote_target = invitation.target;
  dialog_.contact = setup_.contact;
  dialog_.symmetric = setup_.nat;
  agreed_.reset();
  std::get<Calling>(phase_).early.clear();
  early_dialogs_.clear();
  local_offer_ = make_offer(setup_.capabilities, local_media_);
  send_invite(actions, {});
  if (first) actions.emplace_back(ArmSessionTimer{SessionTimer::ringing_limit, setup_.ringing_limit});
  return actions;
}

void Session::send_invite(SessionActions& actions, const std::string& authorization) {
  OutgoingRequest invite = make_request(dialog_, "INVITE", invitation_.hops);
  invite_cseq_ = dialog_.local_cseq;
  branches_.invite = dialog_;
  branches_.authorization = authorization;
  invite.next_hop = invitation_.next_hop;
  invite.headers +=
      invitation_.extra_headers + request_lines(setup_.session_interval, least_interval_) + authorization;
  invite.content_type = "application/sdp";
  invite.body = own_description(*local_offer_);
  actions.emplace_back(SendRequest{std::move(invite)});
}

SessionActions Session::authorize(const std::string& line) {
  SessionActions actions;
  if (is_calling()) {
    send_invite(actions, line);
  } else if (std::holds_alternative<Leaving>(phase_)) {
    OutgoingRequest bye = make_request(dialog_, "BYE");
    bye.headers += line;
    actions.emplace_back(SendRequest{std::move(bye)});
  }
  return actions;
}

SessionActions Session::on_invite_response(const Message& response) {
  if (response.cseq == refresh_cseq_) return on_refresh_response(response);
  if (is_success(response.status)) return on_success(response);
  SessionActions actions;
  auto* calling = std::get_if<Calling>(&phase_);
  if (calling == nullptr || response.status <= 100 || response.cseq != invite_cseq_) return actions;
  if (response.status < 200) {
    if (take_provisional(actions, response))
      std::ranges::move(on_provisional(response), std::back_inserter(actions));
    return actions;
  }
  if (response.status == 422 && ask_longer(actions, response)) return actions;
  actions.emplace_back(DisarmSessionTimer{SessionTimer::ringing_limit});
  if (calling->cancelled) {
    end(actions);
  } else {
    end(actions, Failed{response.status, false, response.reason});
  }
  return actions;
}

/// Every branch may let something be heard. What came last from whichever branch is what is listened to; a
/// provisional response without a description changes nothing.
SessionActions Session::on_provisional(const Message& response) {
  SessionActions actions;
  auto& calling = std::get<Calling>(phase_);
  if (calling.cancelled) return actions;
  bool tell = !std::exchange(calling.rung, true);
  if (response.has_sdp()) {
    auto agreement = read_answer(response);
    if (agreement) {
      std::erase_if(calling.early, [&](const auto& known) { return known.first == response.to.tag; });
      if (calling.early.size() >= kBranchesMax) calling.early.erase(calling.early.begin());
      calling.early.emplace_back(response.to.tag, *agreement);
      tell = tell || !agreed_ || agreed_->media != agreement->media;
      agreed_ = std::move(*agreement);
    }  // else the answer may still be good: nothing is final before the 2xx
  }
  if (tell) actions.emplace_back(Ringing{media()});
  return actions;
}

/// The answer to our offer: in the 2xx, or as its branch gave it before (RFC 3261 §13.2.1).
base::Result<Agreement> Session::answer_in(const Message& response, const Calling& calling) const {
  const auto known =
      std::ranges::find(calling.early, response.to.tag, &std::pair<std::string, Agreement>::first);
  if (!response.has_sdp() && known != calling.early.end()) return known->second;
  return read_answer(response);
}

SessionActions Session::on_success(const Message& response) {
  SessionActions actions;
  const auto* calling = std::get_if<Calling>(&phase_);
  if (calling == nullptr && response.to.tag == dialog_.remote_tag) {
    if (!ack_due_) actions.emplace_back(ack_of_invite());  // ours was lost
    return actions;
  }
  if (calling == nullptr || response.cseq != invite_cseq_) {  // another branch, or a target we gave up
    actions.emplace_back(branches_.drop(response));
    return actions;
  }
  const bool cancelled = calling->cancelled;
  actions.emplace_back(DisarmSessionTimer{SessionTimer::ringing_limit});
  auto answered = leave_early_dialogs(response);
  auto agreement = answered ? base::Result<Agreement>(*std::move(answered)) : answer_in(response, *calling);
  dialog_ = dialog_of_answer(dialog_, response);
  note_abilities(response);
  interval_ = interval_of_answer(response, std::nullopt);
  called_ = true;
  ack_due_ = true;
  if (cancelled) {  // our CANCEL came too late
    say_bye(actions);
    return actions;
  }
  if (!agreement) {
    actions.emplace_back(Failed{488, false, agreement.error().message()});
    say_bye(actions);
    return actions;
  }
  agreed_ = std::move(*agreement);
  phase_ = Confirmed{};
  arm_interval(actions);
  actions.emplace_back(Answered{agreed_->media});
  return actions;
}

SendAck Session::ack_of_invite() const {
  SendAck ack{make_ack(dialog_, invite_cseq_)};
  ack.request.headers += branches_.authorization;
  return ack;
}

SessionActions Session::acknowledge() {
  SessionActions actions;
  if (std::exchange(ack_due_, false)) actions.emplace_back(ack_of_invite());
  return actions;
}

SessionActions Session::on_invite_failed(int status, const std::string& reason) {
  SessionActions actions;
  const auto* calling = std::get_if<Calling>(&phase_);
  if (calling == nullptr) return on_request_failed("INVITE", status);
  actions.emplace_back(DisarmSessionTimer{SessionTimer::ringing_limit});
  if (calling->cancelled) {
    end(actions);
  } else {
    end(actions, Failed{status, false, reason});
  }
  return actions;
}

}  // namespace tonearm::sip
