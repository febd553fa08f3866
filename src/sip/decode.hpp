#pragma once

#include <cstddef>
#include <optional>
#include <string>

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

/// A header value on one line: folding (RFC 3261 §7.3.1) and control characters become spaces. All that is
/// kept of a message goes through this, so that what is told or sent again begins no line of its own.
[[nodiscard]] std::string on_one_line(const pl& value);

/// What we obey of a message that libre could parse; nothing if a mandatory field is missing, contradicts
/// another, is there twice or is larger than anybody needs (RFC 3261 §8.1.1, §16.3).
[[nodiscard]] std::optional<Message> decode(const sip_msg& message, std::size_t listener);

/// True if a response to this request would go where its sender says instead of where it came from: without
/// Via, or with `maddr`. Such requests get no response at all.
[[nodiscard]] bool has_unsafe_via(const sip_msg& message);

}  // namespace tonearm::sip
