#pragma once

#include <optional>
#include <string_view>

#include "sip/message.hpp"
#include "sip/refusal.hpp"

namespace tonearm::sip {

/// What we can be asked, as the value of Allow. INFO and REFER are not in it yet, so that phones send keys as
/// RFC 4733 events and transfer by themselves.
inline constexpr std::string_view kAllow = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE";
/// Allow, Supported and Accept as complete lines.
inline constexpr std::string_view kAbilities =
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE\r\nSupported: \r\nAccept: application/sdp\r\n";

/// What is refused before anybody looks at whose call it is (RFC 3261 §8.2): too many hops, extensions that
/// we lack, methods that we do not know, requests within dialogs that can have none. Nothing: go on. Pure.
[[nodiscard]] std::optional<Refusal> screen(const Message& request);

}  // namespace tonearm::sip
