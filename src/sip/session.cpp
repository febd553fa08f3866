#include "sip/session.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sip/address.hpp"
#include "sip/errc.hpp"
#include "sip/refusal.hpp"

// What both kinds of session share: offers and answers, and everything after the 2xx.

namespace tonearm::sip {
namespace {

using std::chrono::milliseconds;

// RFC 3261 §17.1.1.1, §13.3.1.4: a 2xx is repeated until 64·T1 have passed, also over TCP.
constexpr milliseconds kT1{500};
constexpr milliseconds kT2{4000};
constexpr milliseconds kAnswerLimit = 64 * kT1;

}  // namespace

std::optional<call::MediaDescription> Session::media() const {
  if (!agreed_) return std::nullopt;
  return agreed_->media;
}

std::optional<std::string> Session::unresolved_host() const {
  if (!agreed_ || is_address_literal(agreed_->remote_host)) return std::nullopt;
  return agreed_->remote_host;
}

SessionActions Session::on_resolved(const std::string& host, const std::string& address) {
  SessionActions actions;
  if (unresolved_host() != host) return actions;  // another offer came meanwhile
  agreed_->remote_host = address;
  agreed_->media.remote_rtp.address = address;
  agreed_->media.remote_rtcp.address = address;
  if (std::holds_alternative<Confirmed>(phase_)) actions.emplace_back(MediaChanged{agreed_->media});
  if (is_calling()) actions.emplace_back(Ringing{agreed_->media});
  return actions;
}

// ---- offer and answer

base::Result<Agreement> Session::judge(const Sdp& offer, const base::Endpoint& source) const {
  auto agreement = negotiate(setup_.capabilities, offer);
  if (agreement) settle(*agreement, source);
  return agreement;
}

base::Result<Agreement> Session::read_answer(const Message& message) const {
  const auto theirs = parse_sdp(message.body);
  if (!theirs) return std::unexpected(theirs.error());
  auto agreement = apply_answer(setup_.capabilities, *local_offer_, *theirs);
  if (agreement) settle(*agreement, message.flow.remote);
  return agreement;
}

/// Fills in what the description alone cannot say.
void Session::settle(Agreement& agreement, const base::Endpoint& source) const {
  call::MediaDescription& media = agreement.media;
  // A host name that nobody resolved: media most likely comes from where signalling came from, and may move.
  if (media.remote_rtp.address.empty()) {
    set_remote_address(agreement, source.address);
    media.may_move = true;
  }
  // 0.0.0.0 says hold, not where to send: keep the address for the time after.
  if (is_unspecified_address(media.remote_rtp.address)) {
    media.remote_rtp.address = agreed_ ? agreed_->media.remote_rtp.address : source.address;
    media.remote_rtcp.address = media.remote_rtp.address;
  }
  media.may_move = media.may_move || setup_.nat;
  media.keys = setup_.keys;
}

std::string Session::own_description(Sdp description) {
  description.origin.user = "tonearm";
  description.origin.session_id = std::to_string(setup_.sdp_session);
  description.origin.version = local_.origin.version;
  if (description != local_) ++description.origin.version;
  local_ = std::move(description);
  return to_string(local_);
}

// ---- our 2xx and its ACK

void Session::await_ack(SessionActions& actions, Unacknowledged answer) {
  answer.next = kT1;
  phase_ = Confirmed{answer, false};
  actions.emplace_back(ArmSessionTimer{SessionTimer::answer_repeat, kT1});
}

SessionActions Session::on_ack(const Message& ack) {
  auto* confirmed = std::get_if<Confirmed>(&phase_);
  if (confirmed == nullptr || !confirmed->answer || ack.cseq != confirmed->answer->cseq) return {};
  const Unacknowledged answer = *std::exchange(confirmed->answer, std::nullopt);
  const bool leave = confirmed->hang_up_at_ack;
  SessionActions actions;
  actions.emplace_back(DisarmSessionTimer{SessionTimer::answer_repeat});
  if (leave) {
    say_bye(actions);
    return actions;
  }
  if (answer.carries_offer) {
    std::ranges::move(take_late_answer(answer, ack), std::back_inserter(actions));
  } else if (answer.first) {
    actions.emplace_back(Acknowledged{agreed_->media});
  }
  return actions;
}

SessionActions Session::take_late_answer(const Unacknowledged& answer, const Message& ack) {
  SessionActions actions;
  auto agreement = read_answer(ack);
  if (!agreement) {
    if (!answer.first) return actions;  // a re-INVITE that fails leaves the session as it was
    actions.emplace_back(Failed{488, false, agreement.error().message()});
    say_bye(actions);
    return actions;
  }
  const bool changed = !agreed_ || agreed_->media != agreement->media;
  agreed_ = std::move(*agreement);
  if (answer.first) {
    actions.emplace_back(Acknowledged{agreed_->media});
  } else if (changed) {
    actions.emplace_back(MediaChanged{agreed_->media});
  }
  return actions;
}

SessionActions Session::on_timer(SessionTimer timer) {
  SessionActions actions;
  if (timer == SessionTimer::ringing_limit) {
    auto* calling = std::get_if<Calling>(&phase_);
    if (calling == nullptr || calling->cancelled) return actions;
    calling->cancelled = true;
    actions.emplace_back(CancelInvite{});
    actions.emplace_back(Failed{408, false, "no answer"});
    return actions;
  }
  if (timer == SessionTimer::provisional_repeat) {
    repeat_ringing(actions);
    return actions;
  }
  auto* confirmed = std::get_if<Confirmed>(&phase_);
  if (confirmed == nullptr) return actions;
  if (timer == SessionTimer::refresh) refresh(actions);
  if (timer == SessionTimer::expiry) expire(actions, Failed{0, false, "nobody refreshed the session"});
  if (timer != SessionTimer::answer_repeat || !confirmed->answer) return actions;
  Unacknowledged& answer = *confirmed->answer;
  answer.waited += answer.next;
  if (answer.waited >= kAnswerLimit) {
    if (!confirmed->hang_up_at_ack) actions.emplace_back(Failed{408, true, "no ACK"});
    say_bye(actions);
    return actions;
  }
  answer.next = std::min({answer.next * 2, kT2, kAnswerLimit - answer.waited});
  actions.emplace_back(RepeatAnswer{});
  actions.emplace_back(ArmSessionTimer{SessionTimer::answer_repeat, answer.next});
  return actions;
}

// ---- the end

void Session::say_bye(SessionActions& actions) {
  phase_ = Leaving{};
  actions.emplace_back(DisarmSessionTimer{SessionTimer::answer_repeat});
  if (std::exchange(ack_due_, false)) actions.emplace_back(ack_of_invite());
  actions.emplace_back(SendRequest{make_request(dialog_, "BYE")});
}

void Session::end(SessionActions& actions) {
  phase_ = Over{};
  actions.emplace_back(Finished{});
}

void Session::end(SessionActions& actions, SessionEvent event) {
  actions.emplace_back(std::move(event));
  end(actions);
}

SessionActions Session::hang_up() {
  SessionActions actions;
  if (std::holds_alternative<Incoming>(phase_)) return reject(480, "hung up before the answer", {});
  if (auto* calling = std::get_if<Calling>(&phase_); calling != nullptr && !calling->cancelled) {
    calling->cancelled = true;
    actions.emplace_back(DisarmSessionTimer{SessionTimer::ringing_limit});
    actions.emplace_back(CancelInvite{});
  }
  if (auto* confirmed = std::get_if<Confirmed>(&phase_)) {
    if (confirmed->answer && confirmed->answer->first) {
      confirmed->hang_up_at_ack = true;
    } else {
      say_bye(actions);
    }
  }
  return actions;
}

SessionActions Session::on_bye_response(int status) {
  SessionActions actions;
  // Whatever it is, the far end is gone or has nothing to hang up (RFC 3261 §15.1.1).
  if (status >= 200 && std::holds_alternative<Leaving>(phase_)) end(actions);
  return actions;
}

}  // namespace tonearm::sip
