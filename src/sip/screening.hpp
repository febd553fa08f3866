#pragma once

#include <optional>
#include <string_view>

#include "sip/message.hpp"
#include "sip/refusal.hpp"

namespace tonearm::sip {

/// What we can be asked, as the value of Allow. REFER is not in it yet, so that phones transfer by
/// themselves.
inline constexpr std::string_view kAllow = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK, INFO, NOTIFY";
/// Allow, Supported and Accept as complete lines.
inline constexpr std::string_view kAbilities =
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK, INFO\r\nSupported: 100rel, timer\r\n"
    "Accept: application/sdp\r\n";

/// What is refused before anybody looks at whose call it is (RFC 3261 §8.2): too many hops, extensions that
/// we lack, methods that we do not know, addresses of other schemes, requests within dialogs that can have
/// none, session intervals that are too small. Nothing: go on. Pure.
[[nodiscard]] std::optional<Refusal> screen(const Message& request);

}  // namespace tonearm::sip
