#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tonearm::sip {

/// A sip: or sips: URI taken apart (RFC 3261 §19). A value.
struct SipUri {
  std::string scheme = "sip";
  std::string user;        ///< Without escapes; empty if none.
  std::string host;        ///< Name or literal, IPv6 without brackets.
  std::uint16_t port = 0;  ///< 0 = not written.
  std::string parameters;  ///< ";transport=tcp;lr" as written, or empty.

  /// Value of a parameter, "" if it is absent or has none; names compare without case.
  [[nodiscard]] std::string parameter(std::string_view name) const;
  [[nodiscard]] bool has_parameter(std::string_view name) const;
  /// Value of the transport parameter in lower case, "" if it is absent.
  [[nodiscard]] std::string transport() const;
  [[nodiscard]] std::string to_string() const;
};

/// Errors: malformed_uri (also for tel: and other schemes).
[[nodiscard]] base::Result<SipUri> parse_uri(std::string_view text);

/// Whom an address names: the user of a sip: address (its host if it has none), the number of a tel: address
/// (RFC 3966) without its parameters. Nothing for anything else.
[[nodiscard]] std::optional<std::string> party_in(std::string_view uri);

/// `ADDRESS:PORT` for a URI or header, with brackets around IPv6; without port if it is 0.
[[nodiscard]] std::string host_port(const std::string& host, std::uint16_t port);

/// A number without what people put between its digits: "+1 (425) 555-0100" → "+14255550100" (RFC 3966
/// §5.1.1 visual separators). Anything that is not such a number stays as it is.
[[nodiscard]] std::string without_separators(std::string_view user);

}  // namespace tonearm::sip
