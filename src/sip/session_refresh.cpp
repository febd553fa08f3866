#include <algorithm>
#include <utility>

#include "sip/option_tags.hpp"
#include "sip/session.hpp"

// How a session shows that it is alive, and ends when nobody does (RFC 4028 §7.4, §10).

namespace tonearm::sip {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSettling{4'000};  // our 2xx waits for its ACK: no offer of ours meanwhile
constexpr milliseconds kLonger{500};      // after a 422, so that a peer that always wants more makes no flood
constexpr milliseconds kAgain{10'000};    // after a refusal that may pass

}  // namespace

void Session::note_abilities(const Message& message) {
  if (!message.allow.empty()) remote_updates_ = has_tag(message.allow, "UPDATE");
}

/// From the 2xx that agreed on it.
void Session::arm_interval(SessionActions& actions) const {
  if (interval_ && interval_->ours) {
    actions.emplace_back(ArmSessionTimer{SessionTimer::refresh, refresh_after(*interval_)});
  } else {
    actions.emplace_back(DisarmSessionTimer{SessionTimer::refresh});
  }
  if (interval_) {
    actions.emplace_back(ArmSessionTimer{SessionTimer::expiry, expires_after(*interval_)});
  } else {
    actions.emplace_back(DisarmSessionTimer{SessionTimer::expiry});
  }
}

void Session::refresh(SessionActions& actions) {
  const auto& confirmed = std::get<Confirmed>(phase_);
  if (!interval_ || !interval_->ours || refresh_ || confirmed.hang_up_at_ack) return;
  if (confirmed.answer) {
    actions.emplace_back(ArmSessionTimer{SessionTimer::refresh, kSettling});
    return;
  }
  send_refresh(actions, !remote_updates_, {});
}

void Session::send_refresh(SessionActions& actions, bool is_invite, const std::string& authorization) {
  OutgoingRequest request = make_request(dialog_, is_invite ? "INVITE" : "UPDATE");
  request.headers += refresh_lines(*interval_, least_interval_) + authorization;
  if (is_invite) {  // it has to offer: what we said last, so that nothing changes
    request.content_type = "application/sdp";
    request.body = to_string(local_);
    refresh_cseq_ = dialog_.local_cseq;
    refresh_authorization_ = authorization;
  }
  refresh_ = Refresh{dialog_.local_cseq, is_invite};
  actions.emplace_back(SendRequest{std::move(request)});
}

SessionActions Session::authorize_refresh(const std::string& line) {
  SessionActions actions;
  const auto challenged = std::exchange(refresh_, std::nullopt);
  if (challenged && interval_ && std::holds_alternative<Confirmed>(phase_))
    send_refresh(actions, challenged->is_invite, line);
  return actions;
}

SessionActions Session::on_response(const Message& response) {
  if (response.method == "INVITE") return on_invite_response(response);
  if (response.method == "UPDATE") return on_refresh_response(response);
  if (response.method == "REFER") return on_refer_response(response);
  return {};  // of a PRACK: whatever it is, the INVITE says how it goes on
}

SessionActions Session::on_request_failed(const std::string& method, int status) {
  if (method == "REFER") return on_refer_failed(status);
  if (!refresh_ || refresh_->is_invite != (method == "INVITE")) return {};
  refresh_.reset();
  if (!std::holds_alternative<Confirmed>(phase_)) return {};
  Message failure;
  failure.method = method;
  failure.status = status;
  return on_refresh_refused(failure);
}

SessionActions Session::on_refresh_response(const Message& response) {
  SessionActions actions;
  if (response.status < 200) return actions;
  const bool awaited = refresh_ && refresh_->cseq == response.cseq;
  if (awaited) refresh_.reset();
  const bool accepted = response.status < 300;
  if (accepted && awaited && response.contact) dialog_.remote_target = response.contact->uri;
  if (accepted && response.method == "INVITE") {
    OutgoingRequest ack = make_ack(dialog_, response.cseq);
    ack.headers += refresh_authorization_;
    actions.emplace_back(SendAck{std::move(ack)});
  }
  if (!awaited || !std::holds_alternative<Confirmed>(phase_)) return actions;
  if (!accepted) return on_refresh_refused(response);
  take_refresh(actions, response);
  return actions;
}

void Session::take_refresh(SessionActions& actions, const Message& response) {
  note_abilities(response);
  interval_ = interval_of_answer(response, interval_);
  arm_interval(actions);
  if (response.method != "INVITE" || !agreed_) return;
  const auto theirs = parse_sdp(response.body);
  if (!theirs) return;  // a refresh that says nothing new leaves everything as it was
  auto agreement = reapply_answer(setup_.capabilities, *agreed_, *theirs);
  if (!agreement) return;
  settle(*agreement, response.flow.remote);
  const bool changed = agreed_->media != agreement->media;
  agreed_ = std::move(*agreement);
  if (changed) actions.emplace_back(MediaChanged{agreed_->media});
}

SessionActions Session::on_refresh_refused(const Message& response) {
  SessionActions actions;
  milliseconds again = kAgain;
  if (response.status != 408 && response.status != 481 && !interval_) return actions;  // given up meanwhile
  switch (response.status) {
    case 408:  // RFC 3261 §12.2.1.2: the dialog is over
      expire(actions, Failed{0, false, "the far end does not answer any more"});
      return actions;
    case 481:
      expire(actions, HungUp{});
      return actions;
    case 405:
    case 501:
      if (std::exchange(remote_updates_, false)) {
        refresh(actions);
        return actions;
      }
      break;
    case 422:
      least_interval_ = least_of(response, least_interval_);
      interval_->length = std::max(interval_->length, least_interval_);
      again = kLonger;
      break;
    case 491:
      again = glare_pause();
      break;
    default:
      break;
  }
  if (response.retry_after)
    again = std::max<milliseconds>(again, std::chrono::seconds(*response.retry_after));
  actions.emplace_back(ArmSessionTimer{SessionTimer::refresh, again});
  return actions;
}

/// RFC 3261 §14.1: whoever made the Call-ID waits 2.1 to 4 s, the other less than 2 s, so that they do not
/// meet again. The session's random number is random enough.
milliseconds Session::glare_pause() const {
  const auto step = static_cast<int>(setup_.sdp_session % 190);
  return called_ ? milliseconds(2'100 + 10 * step) : milliseconds(10 * step);
}

void Session::expire(SessionActions& actions, SessionEvent event) {
  actions.emplace_back(std::move(event));
  say_bye(actions);
}

/// Our INVITE met with a 422: once more with what they want. False: they want no more than was asked.
bool Session::ask_longer(SessionActions& actions, const Message& response) {
  least_interval_ = least_of(response, least_interval_);
  if (std::get<Calling>(phase_).cancelled || least_interval_ <= setup_.session_interval) return false;
  setup_.session_interval = least_interval_;
  send_invite(actions, branches_.authorization);
  return true;
}

}  // namespace tonearm::sip
