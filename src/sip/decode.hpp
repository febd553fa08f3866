#pragma once

#include <optional>

#include "sip/libre.hpp"
#include "sip/message.hpp"

namespace tonearm::sip {

/// What we obey of a message that libre could parse; nothing if a mandatory field is missing, contradicts
/// another or is larger than anybody needs (RFC 3261 §8.1.1, §16.3).
[[nodiscard]] std::optional<Message> decode(const sip_msg& message, std::size_t listener);

/// True if a response to this request would go where its sender says instead of where it came from: without
/// Via, or with `maddr`. Such requests get no response at all.
[[nodiscard]] bool has_unsafe_via(const sip_msg& message);

}  // namespace tonearm::sip
