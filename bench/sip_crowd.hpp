#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "callers.hpp"
#include "sip_phone.hpp"

namespace tonearm::bench {

/// Many calls from one SIP socket, of hand-written messages: INVITE, ACK, BYE, no line shared with the
/// server. At most `kAtOnce` INVITEs are unanswered at a time; an INVITE that hears nothing is repeated every
/// 500 ms.
///
/// Threading: one thread.
class SipCrowd {
 public:
  /// `in_band_keys`: they offer no telephone-event, so the server listens for keys in their sound. `on_hold`:
  /// no packet goes either way.
  SipCrowd(base::Endpoint server, Callers& callers, bool in_band_keys, bool on_hold = false);

  /// Sets all calls up and tells the callers where to send; how many were answered before `limit`.
  std::size_t establish(std::chrono::seconds limit);
  /// BYE to each; how many were answered before `limit`.
  std::size_t hang_up(std::chrono::seconds limit);

 private:
  static constexpr std::size_t kAtOnce = 16;
  enum class State { idle, calling, proceeding, up, leaving, over, refused };
  struct Call {
    State state = State::idle;
    std::string to;      // with the server's tag, once known
    std::string target;  // the server's Contact
    std::chrono::steady_clock::time_point sent;
  };

  [[nodiscard]] std::string request(std::size_t index, const std::string& method, int cseq,
                                    const std::string& sdp = "") const;
  [[nodiscard]] std::string sdp(std::size_t index) const;
  void invite(std::size_t index);
  void leave(std::size_t index);
  std::size_t drive(State wanted, void (SipCrowd::*begin)(std::size_t), State from,
                    std::chrono::seconds limit);
  void receive();
  void on_response(std::size_t index, const testing::SipText& response);
  void on_answer(std::size_t index, const testing::SipText& ok);
  [[nodiscard]] std::size_t count(State state) const;

  testing::Socket socket_{SOCK_DGRAM, {"127.0.0.1", 0}};
  base::Endpoint server_;
  Callers& callers_;
  const bool in_band_keys_;
  const bool on_hold_;
  std::vector<Call> calls_;
};

}  // namespace tonearm::bench
