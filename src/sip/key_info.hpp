#pragma once

#include <optional>
#include <string_view>

#include "call/snapshot.hpp"
#include "sip/message.hpp"

namespace tonearm::sip {

/// Bodies of INFO that we read, as the value of Accept.
inline constexpr std::string_view kKeyTypes = "application/dtmf-relay, application/dtmf";

/// True if an INFO says that its body is a key.
[[nodiscard]] bool is_key(const Message& info);
/// The key in a body of either type: `Signal=5` and `Duration=…` a line each, or the key alone. Digits, `*`,
/// `#`, letters, and their numbers as events (RFC 4733 §3.2: 10 is `*`, 11 is `#`, 16 is flash).
[[nodiscard]] std::optional<call::Tone> key_in(std::string_view body);

}  // namespace tonearm::sip
