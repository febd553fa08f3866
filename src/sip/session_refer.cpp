#include <utility>

#include "sip/refer.hpp"
#include "sip/refusal.hpp"
#include "sip/session.hpp"

// The far end is asked to call somebody else, and tells how that goes (RFC 3515). One such wish at a time.

namespace tonearm::sip {

SessionActions Session::refer(const std::string& lines) {
  SessionActions actions;
  if (!std::holds_alternative<Confirmed>(phase_) || refer_) {
    actions.emplace_back(Referred{Referred::Outcome::failed, 0, "the call is not up"});
    return actions;
  }
  send_refer(actions, lines, {});
  return actions;
}

void Session::send_refer(SessionActions& actions, const std::string& lines,
                         const std::string& authorization) {
  OutgoingRequest request = make_request(dialog_, "REFER");
  request.headers += lines + authorization;
  refer_ = Refer{dialog_.local_cseq, lines, false};
  actions.emplace_back(SendRequest{std::move(request)});
}

SessionActions Session::authorize_refer(const std::string& line) {
  SessionActions actions;
  const auto challenged = std::exchange(refer_, std::nullopt);
  if (challenged && std::holds_alternative<Confirmed>(phase_)) send_refer(actions, challenged->lines, line);
  return actions;
}

SessionActions Session::on_refer_response(const Message& response) {
  SessionActions actions;
  if (!is_referring(response.cseq) || response.status < 200) return actions;
  if (response.status >= 300) {
    refer_.reset();
    actions.emplace_back(Referred{Referred::Outcome::failed, response.status, response.reason});
    return actions;
  }
  note_accepted(actions);
  return actions;
}

/// By its 202, or by a NOTIFY that overtook it.
void Session::note_accepted(SessionActions& actions) {
  if (std::exchange(refer_->accepted, true)) return;
  actions.emplace_back(Referred{Referred::Outcome::accepted, 202, {}});
}

SessionActions Session::on_notify(const Message& request, ServerTransaction transaction) {
  if (!refer_ || request.event != "refer") return refused(transaction, refuse(481, "nobody has subscribed"));
  SessionActions actions;
  actions.emplace_back(SendResponse{transaction, 200, {}, {}});
  note_accepted(actions);
  const bool readable = request.content_type == "message/sipfrag";
  const int status = readable ? status_in_fragment(request.body).value_or(0) : 0;
  const bool is_last = request.subscription_state == "terminated";
  if (status < 200 && !is_last) return actions;
  refer_.reset();
  const bool answered = status >= 200 && status < 300;
  actions.emplace_back(Referred{answered ? Referred::Outcome::done : Referred::Outcome::failed, status,
                                status == 0 ? "no more is heard of it" : ""});
  return actions;
}

SessionActions Session::on_refer_failed(int status) {
  SessionActions actions;
  if (!refer_) return actions;
  refer_.reset();
  actions.emplace_back(Referred{Referred::Outcome::failed, status, "the far end does not answer"});
  return actions;
}

}  // namespace tonearm::sip
