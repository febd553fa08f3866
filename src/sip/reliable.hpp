#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "sip/message.hpp"

// Provisional responses that must arrive (RFC 3262): ours until their PRACK comes, theirs in order.

namespace tonearm::sip {

/// One of ours (§3). A value; the shell sends and waits.
class ReliableResponse {
 public:
  ReliableResponse(std::uint32_t rseq, std::uint32_t cseq) : rseq_(rseq), cseq_(cseq) {}

  /// `Require: 100rel` and RSeq, complete lines.
  [[nodiscard]] std::string lines() const;
  [[nodiscard]] bool is_acknowledged_by(const Message& prack) const;
  /// The first pause, T1; every further one is twice as long. Nothing: 64·T1 have passed, give up.
  [[nodiscard]] std::optional<std::chrono::milliseconds> next_pause();

 private:
  std::uint32_t rseq_;
  std::uint32_t cseq_;
  std::chrono::milliseconds pause_{0};
  std::chrono::milliseconds waited_{0};
};

/// Those of one branch of our INVITE (§4).
class ReliableOrder {
 public:
  /// True if the response is the next one: obey it and send a PRACK. False: a repetition, or one is missing.
  [[nodiscard]] bool take(std::uint32_t rseq);

 private:
  std::optional<std::uint32_t> last_;
};

/// True if a provisional response wants a PRACK.
[[nodiscard]] bool is_reliable(const Message& response);
/// `RAck: …` as a complete line.
[[nodiscard]] std::string rack_line(const Message& response);

}  // namespace tonearm::sip
