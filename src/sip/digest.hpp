#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"

// Digest authentication as arithmetic (RFC 7616, RFC 8760): no state, no clock. What the server remembers is
// in `nonces`, whom it believes in `authenticator`.

namespace tonearm::sip {

enum class DigestAlgorithm : std::uint8_t { md5, sha256 };
[[nodiscard]] std::string_view to_string(DigestAlgorithm algorithm);  ///< "MD5", "SHA-256"

/// The value of an Authorization header with `qop=auth`. Without quotes and escapes.
struct DigestCredentials {
  DigestAlgorithm algorithm = DigestAlgorithm::md5;
  std::string username;
  std::string realm;
  std::string nonce;
  std::string uri;
  std::string response;
  std::string cnonce;
  std::string nonce_count;  ///< As written: it is hashed so.

  /// The number that `nonce_count` means.
  [[nodiscard]] std::uint32_t count() const;
};

/// Nothing for another scheme, another algorithm or qop than those above, or if something is missing.
[[nodiscard]] std::optional<DigestCredentials> parse_credentials(std::string_view header);
/// The realm alone, also of credentials that are otherwise not understood; empty if there is none.
[[nodiscard]] std::string realm_in(std::string_view header);

/// What `response` must be (RFC 7616 §3.4.1), in lower-case hex.
[[nodiscard]] std::string expected_response(const DigestCredentials& credentials, std::string_view method,
                                            const base::Secret& password);

/// Compares in time that depends on the lengths only, without regard to the case of hex digits.
[[nodiscard]] bool same_response(std::string_view a, std::string_view b);

/// HMAC-SHA-256 as lower-case hex.
[[nodiscard]] std::string keyed_hash(std::string_view key, std::string_view text);

}  // namespace tonearm::sip
