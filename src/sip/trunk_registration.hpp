#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace tonearm::sip {

/// Our registration with one trunk (RFC 3261 §10.2): when to ask, what to make of the answer, how long to
/// wait after a failure. Knows no sockets and no clock. Threading: strand-bound (the signalling loop).
class TrunkRegistration {
 public:
  enum class State : std::uint8_t { trying, registered, waiting };

  explicit TrunkRegistration(std::chrono::seconds expires) : wanted_(expires) {}

  /// What comes next.
  struct Next {
    std::chrono::milliseconds after{0};  ///< Then REGISTER …
    bool next_target = false;            ///< … with the trunk's next target.
  };
  struct Response {
    int status = 0;                                   ///< 0: silence or a broken transport.
    std::optional<std::chrono::seconds> granted;      ///< Of our Contact, else Expires.
    std::optional<std::chrono::seconds> min_expires;  ///< Of 423.
    std::optional<std::chrono::seconds> retry_after;
  };
  /// Final responses only; a challenge that could be answered is none. `jitter` in [0, 1) spreads the
  /// attempts of many servers that lost the same registrar.
  Next on_response(const Response& response, double jitter);

  [[nodiscard]] State state() const { return state_; }
  /// To ask for in the next REGISTER.
  [[nodiscard]] std::chrono::seconds expires() const { return wanted_; }

  static constexpr std::chrono::seconds kFirstPause{2};
  static constexpr std::chrono::seconds kLongestPause{300};
  /// After 401, 403 and 407: the password is wrong, and a registrar may lock who hammers.
  static constexpr std::chrono::seconds kRefusedPause{120};

 private:
  Next refresh(std::chrono::seconds granted, double jitter);
  Next pause(const Response& response, double jitter);

  std::chrono::seconds wanted_;
  State state_ = State::trying;
  unsigned failures_ = 0;  // in a row
};

}  // namespace tonearm::sip
