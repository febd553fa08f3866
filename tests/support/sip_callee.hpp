#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "inbox.hpp"
#include "rtp_ear.hpp"
#include "sip_phone.hpp"
#include "sockets.hpp"

namespace tonearm::testing {

/// A phone that is called: hand-written messages over UDP, no line shared with the server's SIP stack. It
/// says nothing to an INVITE by itself; a repeated one gets the last response again, BYE and OPTIONS get 200,
/// CANCEL gets 200 and the INVITE 487. Threading: own thread; everything public is thread-safe, but one test
/// thread responds.
class SipCallee {
 public:
  SipCallee();

  [[nodiscard]] base::Endpoint local() const { return socket_.local(); }
  /// What a configuration has as this phone's fixed contact.
  [[nodiscard]] std::string contact() const { return "sip:ada@" + local().to_string(); }

  /// The next call, remembered as the one that the rest is about.
  std::optional<SipText> wait_invite(std::chrono::milliseconds timeout = 20s);
  std::optional<SipText> wait_request(const std::string& method, std::chrono::milliseconds timeout = 20s);
  std::optional<SipText> wait_status(int status, const std::string& method,
                                     std::chrono::milliseconds timeout = 20s);

  void ring() { respond(invite_, 180, "Ringing"); }
  void refuse(int status, const std::string& reason = "No") { respond(invite_, status, reason); }
  /// 200 with our SDP.
  void answer() { respond(invite_, 200, "OK", sdp()); }
  void send_bye();

  /// Everything received so far, requests and responses.
  [[nodiscard]] std::vector<SipText> log() const { return inbox_.all(); }
  [[nodiscard]] RtpEar& rtp() { return rtp_; }
  /// Where the server said that it receives RTP.
  [[nodiscard]] base::Endpoint media() const;

 private:
  void listen(const std::stop_token& stop);
  void take(const SipText& request);
  void respond(const SipText& request, int status, const std::string& reason, const std::string& sdp = "");
  [[nodiscard]] std::string sdp() const;

  Socket socket_;
  RtpEar rtp_;
  const std::string tag_;
  SipText invite_;

  std::mutex mutex_;  // guards what follows
  base::Endpoint server_;
  SipText ringing_;                          // the INVITE without a final answer, if there is one
  std::map<std::string, std::string> last_;  // response sent, by Via and CSeq of its request

  Inbox<SipText> inbox_;
  std::jthread listener_;
};

}  // namespace tonearm::testing
