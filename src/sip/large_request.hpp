#pragma once

#include <cstddef>
#include <optional>

#include "sip/message.hpp"

namespace tonearm::sip {

/// What a datagram may weigh [bytes] while nobody knows the path's MTU (RFC 3261 §18.1.1).
inline constexpr std::size_t kDatagramMax = 1300;

/// The same request over TCP, if over UDP it would be cut in pieces that firewalls drop: it is too large, the
/// URI that it goes to leaves the transport open, and it goes where that URI says, not back to where
/// datagrams came from. Pure.
[[nodiscard]] std::optional<OutgoingRequest> over_tcp(const OutgoingRequest& request);

}  // namespace tonearm::sip
