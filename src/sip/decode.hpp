#pragma once

#include <cstddef>
#include <optional>

#include "sip/libre.hpp"
#include "sip/message.hpp"

namespace tonearm::sip {

/// What a stranger may make us hold of one message. One past each limit is a malformed message.
struct MessageLimits {
  static constexpr std::size_t kCallId = 256;   ///< Also tags.
  static constexpr std::size_t kHeader = 1024;  ///< From, To, Request-URI.
  static constexpr std::size_t kBody = 64 * 1024;
  static constexpr std::size_t kDiversions = 10;
  static constexpr std::size_t kRoutes = 32;  ///< Record-Route; also the option tags of Require.
};

/// What we obey of a message that libre could parse; nothing if a mandatory field is missing, contradicts
/// another or is larger than anybody needs (RFC 3261 §8.1.1, §16.3).
[[nodiscard]] std::optional<Message> decode(const sip_msg& message, std::size_t listener);

/// True if a response to this request would go where its sender says instead of where it came from: without
/// Via, or with `maddr`. Such requests get no response at all.
[[nodiscard]] bool has_unsafe_via(const sip_msg& message);

}  // namespace tonearm::sip
