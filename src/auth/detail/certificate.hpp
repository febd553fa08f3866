#pragma once

#include <span>
#include <string>
#include <vector>

#include "auth/detail/handles.hpp"

namespace tonearm::auth::detail {

using Bytes = std::vector<unsigned char>;

/// A number of an RSA key by OpenSSL's name for it, big-endian; empty if it has none.
[[nodiscard]] Bytes key_number(const EVP_PKEY* key, const char* name);
[[nodiscard]] Bytes to_der(const X509* certificate);
/// `x5t`: SHA-1 (RFC 7517 §4.8) of a certificate in DER, in base64url.
[[nodiscard]] std::string thumbprint_sha1(std::span<const unsigned char> der);
/// `x5t#S256`: SHA-256 (RFC 7517 §4.9), likewise.
[[nodiscard]] std::string thumbprint_sha256(std::span<const unsigned char> der);

}  // namespace tonearm::auth::detail
