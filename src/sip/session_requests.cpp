#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sip/key_info.hpp"
#include "sip/refusal.hpp"
#include "sip/session.hpp"

// What the far end asks within the dialog (RFC 3261 §12.2.2, §14.2; RFC 3311; RFC 2976).

namespace tonearm::sip {

SessionActions Session::refused(ServerTransaction transaction, const Refusal& refusal) {
  SessionActions actions;
  actions.emplace_back(SendResponse{transaction, refusal.status, refusal.headers, {}});
  return actions;
}

bool Session::owns(const Message& request) const {
  if (!std::holds_alternative<Calling>(phase_)) return belongs(dialog_, request);
  return std::ranges::any_of(early_dialogs_,
                             [&](const EarlyDialog& early) { return belongs(early.dialog, request); });
}

SessionActions Session::on_request(const Message& request, ServerTransaction transaction) {
  if (std::holds_alternative<Calling>(phase_)) return on_early_request(request, transaction);
  const bool alive = std::holds_alternative<Confirmed>(phase_) || std::holds_alternative<Leaving>(phase_) ||
                     std::holds_alternative<Incoming>(phase_);
  if (!alive || !belongs(dialog_, request)) return refused(transaction, refuse(481, "no such call"));
  const std::string target = dialog_.remote_target;
  if (!note_request(dialog_, request))
    return refused(transaction, refuse(500, "CSeq is not higher than before"));
  if (request.method == "BYE") return on_bye(transaction);
  if (request.method == "PRACK") return on_prack(request, transaction);
  if (request.method == "INFO") return on_info(request, transaction);
  if (request.method == "NOTIFY") return on_notify(request, transaction);
  if (request.method != "INVITE" && request.method != "UPDATE") {
    return refused(transaction, refuse(405, "not supported within a call"));
  }
  SessionActions actions = on_offer(request, transaction);
  const auto* response = std::get_if<SendResponse>(&actions.front());
  if (response == nullptr || response->status >= 300) dialog_.remote_target = target;  // refused: as it was
  return actions;
}

SessionActions Session::on_bye(ServerTransaction transaction) {
  SessionActions actions;
  actions.emplace_back(SendResponse{transaction, 200, {}, {}});
  if (const auto* incoming = std::get_if<Incoming>(&phase_)) {  // the caller may leave an early dialog so
    actions.emplace_back(SendResponse{incoming->transaction, 487, warning("the caller hung up"), {}});
    end(actions, CancelledByCaller{});
    return actions;
  }
  actions.emplace_back(DisarmSessionTimer{SessionTimer::answer_repeat});
  const auto* confirmed = std::get_if<Confirmed>(&phase_);
  if (confirmed != nullptr && !confirmed->hang_up_at_ack) actions.emplace_back(HungUp{});
  // After our own BYE its transaction still wants its answer; the far end is done all the same.
  end(actions);
  return actions;
}

SessionActions Session::on_info(const Message& request, ServerTransaction transaction) const {
  const bool asks_only = request.body.empty();  // whether the call is still there
  if (!asks_only && !is_key(request)) {
    return refused(transaction,
                   {415, warning("only keys are understood") + fmt::format("Accept: {}\r\n", kKeyTypes)});
  }
  const auto key = key_in(request.body);
  if (!asks_only && !key) return refused(transaction, refuse(400, "no such key"));
  SessionActions actions;
  actions.emplace_back(SendResponse{transaction, 200, {}, {}});
  const auto* confirmed = std::get_if<Confirmed>(&phase_);
  if (key && confirmed != nullptr && !confirmed->hang_up_at_ack) actions.emplace_back(KeyPressed{*key});
  return actions;
}

// ---- re-INVITE and UPDATE

std::optional<Refusal> Session::objection_to(const Message& request) const {
  const auto* confirmed = std::get_if<Confirmed>(&phase_);
  if (confirmed == nullptr && !std::holds_alternative<Incoming>(phase_))
    return refuse(481, "the call is not up");
  if (!request.body.empty() && !request.has_sdp()) {
    return Refusal{415, warning("only SDP is understood") + "Accept: application/sdp\r\n"};
  }
  if (request.method == "UPDATE" && request.body.empty()) return std::nullopt;  // no offer, no glare
  if (confirmed == nullptr) {  // the first offer waits for the bot (RFC 3261 §14.2, RFC 3311 §5.2)
    Refusal refusal = refuse(500, "the call is not up");
    refusal.headers += "Retry-After: 2\r\n";
    return refusal;
  }
  if (confirmed->answer || (refresh_ && refresh_->is_invite))
    return refuse(491, "the last offer is not settled");
  return std::nullopt;
}

/// Lines of our 2xx; the session lives on from here.
std::string Session::acceptance_of(const Message& request) {
  note_abilities(request);
  std::string lines = fmt::format("Contact: {}\r\n", setup_.contact);
  if (!std::holds_alternative<Confirmed>(phase_)) return lines;
  least_interval_ = least_of(request, least_interval_);
  interval_ = accept_interval(request, setup_.session_interval, interval_);
  return lines + acceptance_lines(interval_);
}

SessionActions Session::accept_without_offer(const Message& request, ServerTransaction transaction) {
  SessionActions actions;
  const bool is_invite = request.method == "INVITE";
  std::string offer;
  if (is_invite) {
    local_offer_ = make_offer(setup_.capabilities, local_media_);
    offer = own_description(*local_offer_);
  }
  actions.emplace_back(SendResponse{transaction, 200, acceptance_of(request), std::move(offer)});
  if (is_invite) await_ack(actions, {.cseq = request.cseq, .carries_offer = true});
  if (std::holds_alternative<Confirmed>(phase_)) arm_interval(actions);
  return actions;
}

SessionActions Session::on_offer(const Message& request, ServerTransaction transaction) {
  if (const auto objection = objection_to(request)) return refused(transaction, *objection);
  if (request.body.empty()) return accept_without_offer(request, transaction);
  const auto offer = parse_sdp(request.body);
  if (!offer) return refused(transaction, refusal_of(offer.error()));
  auto agreement = judge(*offer, request.flow.remote);
  if (!agreement) return refused(transaction, refusal_of(agreement.error()));
  SessionActions actions;
  const bool changed = !agreed_ || agreed_->media != agreement->media;
  agreed_ = std::move(*agreement);
  actions.emplace_back(SendResponse{transaction, 200, acceptance_of(request),
                                    own_description(make_answer(*agreed_, *offer, local_media_))});
  if (request.method == "INVITE") await_ack(actions, {.cseq = request.cseq});
  arm_interval(actions);
  if (changed) actions.emplace_back(MediaChanged{agreed_->media});
  return actions;
}

}  // namespace tonearm::sip
