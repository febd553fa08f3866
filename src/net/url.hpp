#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tonearm::net {

/// An absolute http or https URL, cut into what a request needs. Threading: a value.
struct Url {
  bool secure = false;
  std::string host;  ///< Lower case; an IPv6 literal without brackets.
  std::uint16_t port = 80;
  std::string target = "/";  ///< Path and query as written; never empty, no fragment.

  /// Errors: `invalid_url`. User information is refused: it would end in logs.
  [[nodiscard]] static base::Result<Url> parse(std::string_view text);
  /// `reference` as found in a Location header of this URL: absolute or relative (RFC 3986 §5).
  [[nodiscard]] base::Result<Url> resolve(std::string_view reference) const;

  [[nodiscard]] std::string_view scheme() const { return secure ? "https" : "http"; }
  /// Value for `Host:`; the port only if it is not the scheme's.
  [[nodiscard]] std::string authority() const;
  /// Scheme, host and port: connections to one origin may be shared.
  [[nodiscard]] std::string origin() const;
  [[nodiscard]] std::string to_string() const;

  bool operator==(const Url&) const = default;
};

}  // namespace tonearm::net
