#include <map>
#include <optional>
#include <utility>

#include "sip/screening.hpp"
#include "support/sip_message.hpp"
#include "support/targets.hpp"

// A whole call: messages of the far end and wishes of ours in any order. Pieces are parted by a line "%%";
// one that begins with '!' is a wish or a timer, any other a SIP message. "!call" first makes it a call of
// ours.

namespace tonearm::fuzz {
namespace {

const call::LocalMedia kOurMediaInCall{{"198.51.100.1", 20000}, {"198.51.100.1", 20001}};

sip::SessionSetup setup_of_call() {
  sip::SessionSetup made;
  made.contact = "<sip:tonearm@198.51.100.1:5060>";
  made.sdp_session = 42;
  return made;
}

sip::Invitation invitation() {
  sip::Invitation made;
  made.target = "sip:bob@203.0.113.5";
  made.from = "<sip:tonearm@198.51.100.1>";
  made.to = "<sip:bob@203.0.113.5>";
  made.call_id = "call-2";
  made.local_tag = "mine";
  made.next_hop = {sip::Transport::udp, 0, "203.0.113.5", 0};
  return made;
}

class Call {
 public:
  void step(Bytes piece) {
    if (over_) return;  // the session is gone then
    const std::string_view text = text_of(piece);
    if (text.starts_with('!')) return wish(text.substr(1));
    const RawMessage raw = parse_sip(piece);
    if (!raw.raw) return;
    auto message = sip::decode(*raw.raw, 0);
    if (!message) return;
    message->local_tag = "near";  // libre makes one up
    if (!session_) return begin(*message);
    if (message->is_request) return request(*message);
    response(*message);
  }

 private:
  void wish(std::string_view what) {
    if (!session_ && what == "call") {
      sip::SessionActions actions;
      session_.emplace(sip::Session::outgoing(setup_of_call(), invitation(), kOurMediaInCall, actions));
      return settle(actions);
    }
    if (!session_) return;
    if (what == "ring") settle(session_->ring());
    if (what == "answer") settle(session_->answer(kOurMediaInCall));
    if (what == "acknowledge") settle(session_->acknowledge());
    if (what == "reject") settle(session_->reject(486, "busy", {}));
    if (what == "hang up") settle(session_->hang_up());
    if (what == "cancelled") settle(session_->on_cancel());
    if (what == "bye answered") settle(session_->on_bye_response(200));
    if (what == "broken") settle(session_->on_invite_failed(503, "transport"));
    if (what.starts_with("timer") && what.size() == 6)
      settle(session_->on_timer(sip::SessionTimer((what[5] & 0x0f) % sip::kSessionTimers)));
  }

  void begin(const sip::Message& invite) {
    if (!invite.is_request || invite.method != "INVITE" || sip::screen(invite)) return;
    auto incoming = sip::Session::incoming(setup_of_call(), invite, 0);
    if (!incoming) return;
    transactions_[0] = 0;
    session_.emplace(std::move(*incoming));
  }

  /// As the agent hands it on.
  void request(const sip::Message& message) {
    if (!session_->owns(message)) return;
    if (message.method == "ACK") return settle(session_->on_ack(message));
    if (sip::screen(message)) return;
    const auto transaction = ++last_;
    transactions_[transaction] = 0;
    settle(session_->on_request(message, transaction));
    require(transactions_[transaction] == 1 || message.method == "INVITE" || message.method == "UPDATE",
            "a request within the dialog gets its final response at once");
  }

  void response(const sip::Message& message) {
    const sip::Dialog& dialog = session_->dialog();
    if (message.call_id != dialog.call_id || message.from.tag != dialog.local_tag) return;
    if (message.method == "BYE") return settle(session_->on_bye_response(message.status));
    if (message.method == "INVITE" && !session_->is_refreshing(message.cseq))
      return settle(session_->on_invite_response(message));
    settle(session_->on_response(message));
  }

  void settle(const sip::SessionActions& actions) {
    check_sent(actions);
    require(!over_ || actions.empty(), "what is over does nothing more");
    for (const sip::SessionAction& action : actions) {
      require(!over_, "nothing comes behind the end");
      over_ = std::holds_alternative<sip::Finished>(action);
      const auto* sent = std::get_if<sip::SendResponse>(&action);
      if (sent == nullptr || sent->status < 200) continue;
      const auto asked = transactions_.find(sent->transaction);
      require(asked != transactions_.end(), "responses answer something");
      require(++asked->second == 1, "a request is answered once");
    }
    check_row(session_->dialog());
  }

  std::optional<sip::Session> session_;
  std::map<sip::ServerTransaction, int> transactions_;  // final responses
  sip::ServerTransaction last_ = 0;
  bool over_ = false;
};

}  // namespace

void sip_session(Bytes bytes) {
  Input input(bytes);
  Call call;
  for (int pieces = 0; !input.empty() && pieces < 40; ++pieces) call.step(input.until("\n%%\n"));
}

}  // namespace tonearm::fuzz
