#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace tonearm::auth {

/// An RSA 2048 key that signs RS256 tokens, with a self-signed certificate around it for clients that want
/// `x5c`. Made once and kept in a file; its id is its RFC 7638 thumbprint, so it stays the same. Threading:
/// immutable, so thread-safe.
class RsaKey {
 public:
  /// Reads the key and certificate (PEM) or makes and writes them (0600).
  /// Errors: `key_unusable`, or the system's for the file.
  [[nodiscard]] static base::Result<std::shared_ptr<const RsaKey>> load_or_create(
      const std::filesystem::path& path, const std::string& common_name, base::WallTime now);
  ~RsaKey();
  RsaKey(const RsaKey&) = delete;
  RsaKey& operator=(const RsaKey&) = delete;

  [[nodiscard]] const std::string& key_id() const { return key_id_; }
  /// Public half as it stands in a JWKS: kty, use, alg, kid, n, e, x5t, x5c.
  [[nodiscard]] const boost::json::object& public_jwk() const { return public_jwk_; }
  /// Compact JWT (RFC 7519) with alg, typ, kid, x5t in its header. About 1 ms. Errors: `key_unusable`.
  [[nodiscard]] base::Result<std::string> sign(const boost::json::object& claims) const;

 private:
  struct Parts;
  explicit RsaKey(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
  std::string key_id_;
  std::string certificate_thumbprint_;
  boost::json::object public_jwk_;
};

/// `{"keys":[…]}` with the public half of `key` (RFC 7517 §5).
[[nodiscard]] std::string jwks_document(const RsaKey& key);

}  // namespace tonearm::auth
