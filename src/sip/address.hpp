#pragma once

#include <optional>
#include <string>

namespace tonearm::sip {

/// True for address literals that only mean something inside one site: RFC 1918, RFC 6598, link-local,
/// loopback, IPv6 unique-local; and for those that name nobody (0.0.0.0, ::). A name is not private.
[[nodiscard]] bool is_private_address(const std::string& address);
/// 0.0.0.0 or ::, the old way to say "hold" (RFC 3264 §8.4).
[[nodiscard]] bool is_unspecified_address(const std::string& address);
/// An IPv4 or IPv6 literal.
[[nodiscard]] bool is_address_literal(const std::string& address);

/// The address of ours that packets to `address` leave from; nothing if there is no way there.
[[nodiscard]] std::optional<std::string> address_towards(const std::string& address);
/// An address of `host` by the system's resolver, hosts file included; the literal itself for a literal.
/// Blocks: for the command line, never for the loop.
[[nodiscard]] std::optional<std::string> resolve_blocking(const std::string& host);

}  // namespace tonearm::sip
