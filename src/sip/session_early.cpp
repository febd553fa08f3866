#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sip/refusal.hpp"
#include "sip/session.hpp"

// Before the 2xx: provisional responses that must arrive (RFC 3262), and what is asked meanwhile (RFC 3311).

namespace tonearm::sip {
namespace {

constexpr std::size_t kBranchesMost = 16;  // of one INVITE of ours

}  // namespace

// ---- ours

void Session::await_prack(SessionActions& actions) {
  constexpr std::uint32_t kFirstMost = 0x7fffffff;  // RFC 3262 §3: at random below 2^31
  ringing_.emplace(static_cast<std::uint32_t>(setup_.sdp_session % kFirstMost) + 1, invite_cseq_);
  repeat_ringing(actions);
}

void Session::repeat_ringing(SessionActions& actions) {
  const auto* incoming = std::get_if<Incoming>(&phase_);
  if (incoming == nullptr || !ringing_) return;  // a final response needs no PRACK before it
  const ServerTransaction transaction = incoming->transaction;
  if (const auto pause = ringing_->next_pause()) {
    const std::string lines = fmt::format("Contact: {}\r\n{}", setup_.contact, ringing_->lines());
    actions.emplace_back(SendResponse{transaction, 180, lines, {}});
    actions.emplace_back(ArmSessionTimer{SessionTimer::provisional_repeat, *pause});
    return;
  }
  const std::string reason = "the ringing was never acknowledged";
  actions.emplace_back(SendResponse{transaction, 504, warning(reason), {}});
  end(actions, Failed{504, false, reason});
}

SessionActions Session::on_prack(const Message& request, ServerTransaction transaction) {
  if (!ringing_ || !ringing_->is_acknowledged_by(request))
    return refused(transaction, refuse(481, "nothing waits for this PRACK"));
  ringing_.reset();
  SessionActions actions;
  if (request.body.empty()) {
    actions.emplace_back(SendResponse{transaction, 200, {}, {}});
  } else {
    actions = refused(transaction, refuse(491, "the last offer is not settled"));
  }
  actions.emplace_back(DisarmSessionTimer{SessionTimer::provisional_repeat});
  return actions;
}

// ---- theirs

Session::EarlyDialog& Session::early_dialog(const Message& response) {
  const auto known = std::ranges::find_if(
      early_dialogs_, [&](const EarlyDialog& early) { return early.dialog.remote_tag == response.to.tag; });
  if (known != early_dialogs_.end()) return *known;
  if (early_dialogs_.size() >= kBranchesMost) early_dialogs_.erase(early_dialogs_.begin());
  return early_dialogs_.emplace_back(EarlyDialog{dialog_of_answer(dialog_, response), {}, {}, {}});
}

/// False: not to be looked at (RFC 3262 §4), because it repeats the last one or one before it is missing.
bool Session::take_provisional(SessionActions& actions, const Message& response) {
  if (response.to.tag.empty()) return !is_reliable(response);
  EarlyDialog& early = early_dialog(response);
  if (!is_reliable(response)) return true;
  if (!early.order.take(*response.rseq)) return false;
  early.acknowledged = rack_line(response);
  send_prack(actions, early, {});
  if (response.has_sdp() && !early.answered) {
    if (auto agreement = read_answer(response)) early.answered = std::move(*agreement);
  }
  return true;
}

void Session::send_prack(SessionActions& actions, EarlyDialog& early, const std::string& authorization) {
  early.dialog.local_cseq = dialog_.local_cseq;  // one count for all branches: it only has to go up
  OutgoingRequest prack = make_request(early.dialog, "PRACK");
  branches_.invite.local_cseq = dialog_.local_cseq = early.dialog.local_cseq;
  prack.headers += early.acknowledged + authorization;
  actions.emplace_back(SendRequest{std::move(prack)});
}

SessionActions Session::authorize_prack(const Message& challenge, const std::string& line) {
  SessionActions actions;
  const auto early = std::ranges::find(early_dialogs_, challenge.to.tag,
                                       [](const EarlyDialog& one) { return one.dialog.remote_tag; });
  if (early != early_dialogs_.end()) send_prack(actions, *early, line);
  return actions;  // else somebody has answered meanwhile, and nothing waits for a PRACK
}

const std::string& Session::target_of(const Message& response) const {
  const auto early = std::ranges::find(early_dialogs_, response.to.tag,
                                       [](const EarlyDialog& one) { return one.dialog.remote_tag; });
  return early == early_dialogs_.end() ? dialog_.remote_target : early->dialog.remote_target;
}

/// One branch has answered, the others are over. What it had answered to our offer before, if the 2xx has no
/// description.
std::optional<Agreement> Session::leave_early_dialogs(const Message& response) {
  std::optional<Agreement> answered;
  for (EarlyDialog& early : early_dialogs_) {
    if (early.dialog.remote_tag != response.to.tag) continue;
    dialog_.remote_cseq = early.dialog.remote_cseq;
    if (!response.has_sdp()) answered = std::move(early.answered);
  }
  early_dialogs_.clear();
  return answered;
}

SessionActions Session::on_early_request(const Message& request, ServerTransaction transaction) {
  const auto early = std::ranges::find_if(
      early_dialogs_, [&](const EarlyDialog& one) { return belongs(one.dialog, request); });
  if (early == early_dialogs_.end()) return refused(transaction, refuse(481, "no such call"));
  const std::string target = early->dialog.remote_target;
  if (!note_request(early->dialog, request))
    return refused(transaction, refuse(500, "CSeq is not higher than before"));
  if (request.method == "INFO") return on_info(request, transaction);
  if (request.method == "INVITE") return refused(transaction, refuse(491, "our INVITE is not answered"));
  if (request.method != "UPDATE") return refused(transaction, refuse(481, "the call is not up"));
  SessionActions actions = on_early_update(*early, request, transaction);
  if (std::get<SendResponse>(actions.front()).status >= 300) early->dialog.remote_target = target;
  return actions;
}

SessionActions Session::on_early_update(EarlyDialog& early, const Message& request,
                                        ServerTransaction transaction) {
  const std::string lines = fmt::format("Contact: {}\r\n", setup_.contact);
  SessionActions actions;
  if (request.body.empty()) {
    actions.emplace_back(SendResponse{transaction, 200, lines, {}});
    return actions;
  }
  if (!request.has_sdp())
    return refused(transaction, {415, warning("only SDP is understood") + "Accept: application/sdp\r\n"});
  if (!early.answered) return refused(transaction, refuse(491, "our offer is not answered"));
  const auto offer = parse_sdp(request.body);
  if (!offer) return refused(transaction, refusal_of(offer.error()));
  auto agreement = judge(*offer, request.flow.remote);
  if (!agreement) return refused(transaction, refusal_of(agreement.error()));
  agreed_ = early.answered = std::move(*agreement);
  actions.emplace_back(
      SendResponse{transaction, 200, lines, own_description(make_answer(*agreed_, *offer, local_media_))});
  if (const auto& calling = std::get<Calling>(phase_); !calling.cancelled)
    actions.emplace_back(Ringing{media()});
  return actions;
}

}  // namespace tonearm::sip
