#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "inbox.hpp"
#include "rtp_ear.hpp"
#include "sockets.hpp"

namespace tonearm::testing {

/// A SIP message as text, with just enough parsing to be asked.
struct SipText {
  std::string text;
  std::int64_t at_ns = 0;

  [[nodiscard]] int status() const;          ///< 0 for requests.
  [[nodiscard]] std::string method() const;  ///< Of a request; of a response: that in its CSeq.
  /// First value of the header, by its long name; empty if there is none.
  [[nodiscard]] std::string header(const std::string& name) const;
  [[nodiscard]] std::string body() const;
};

/// A phone made of hand-written messages over UDP: it shares no line with the server's SIP stack. Answers
/// BYE, OPTIONS and NOTIFY by itself; everything else is up to the test. Threading: own thread; everything
/// public is thread-safe.
class SipPhone {
 public:
  explicit SipPhone(base::Endpoint server, const std::string& address = "127.0.0.1");
  ~SipPhone() = default;

  /// What it believes its address to be, as behind a NAT, and says in all that it sends from now on.
  void claim(base::Endpoint address) { claimed_ = std::move(address); }
  /// INVITE … ACK. False if no 2xx came (see `last_response`).
  bool call(const std::string& user, std::chrono::milliseconds timeout = 20s);
  void send_invite(const std::string& user, const std::string& sdp);
  void send_ack(const std::string& sdp = "");
  void send_bye();
  void send_cancel();
  /// A response to what the server asks; 202 of a REFER has our Contact as any.
  void respond(const SipText& request, int status, const std::string& reason);
  /// NOTIFY of what came of a REFER (RFC 3515 §2.4.4): `fragment` "SIP/2.0 200 OK".
  void send_notify(const std::string& state, const std::string& fragment);
  /// Sends it and waits for the final response.
  SipText reinvite(const std::string& sdp);
  /// Sends any text, `{…}` filled in: {call-id} {from-tag} {to} {branch} {contact} {cseq} {target} {via}.
  void send_raw(const std::string& text) { socket_.send_to(server_, text); }
  void retransmit_invite() { send_raw(last_invite_); }

  /// Waits for a message that fits, seen or to come; each is handed out once.
  std::optional<SipText> wait(const std::function<bool(const SipText&)>& fits,
                              std::chrono::milliseconds timeout = 20s);
  std::optional<SipText> wait_status(int status, const std::string& method,
                                     std::chrono::milliseconds timeout = 20s);
  std::optional<SipText> wait_final(const std::string& method, std::chrono::milliseconds timeout = 20s);
  std::optional<SipText> wait_request(const std::string& method, std::chrono::milliseconds timeout = 20s);
  /// Everything received so far, requests and responses.
  [[nodiscard]] std::vector<SipText> log() const;

  [[nodiscard]] std::string sdp(const std::string& direction = "sendrecv", std::uint16_t port = 0) const;
  [[nodiscard]] RtpEar& rtp() { return rtp_; }
  /// Where the server said that it receives RTP.
  [[nodiscard]] base::Endpoint media() const { return media_; }
  [[nodiscard]] const std::string& call_id() const { return call_id_; }
  [[nodiscard]] base::Endpoint local() const { return socket_.local(); }
  [[nodiscard]] base::Endpoint claimed() const { return claimed_.empty() ? local() : claimed_; }

 private:
  void listen(const std::stop_token& stop);
  void answer(const SipText& request);
  [[nodiscard]] std::string request(const std::string& method, const std::string& target,
                                    const std::string& sdp, int cseq, const std::string& branch) const;
  void learn(const SipText& ok);

  Socket socket_;
  base::Endpoint server_;
  base::Endpoint claimed_;
  RtpEar rtp_;
  std::string call_id_;
  std::string from_tag_;
  std::string user_;
  std::string to_;      // with the tag, once known
  std::string target_;  // remote Contact
  std::string last_invite_;
  std::string invite_branch_;
  int cseq_ = 0;
  int invite_cseq_ = 0;
  base::Endpoint media_;

  Inbox<SipText> inbox_;
  std::jthread listener_;
};

}  // namespace tonearm::testing
