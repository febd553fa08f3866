#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/result.hpp"

namespace tonearm::auth {

/// The public half of an issuer's RSA key. Threading: immutable, so thread-safe.
class PublicKey {
 public:
  /// One entry of a JWKS; other members than kty, n, e and kid are ignored. Errors: `key_unusable`.
  [[nodiscard]] static base::Result<PublicKey> from_jwk(const boost::json::object& jwk);

  [[nodiscard]] const std::string& key_id() const { return key_id_; }

  struct Handle;  ///< The library's own; for the verifier.
  [[nodiscard]] const Handle& handle() const { return *handle_; }

 private:
  PublicKey() = default;

  std::string key_id_;
  std::shared_ptr<const Handle> handle_;
};

}  // namespace tonearm::auth
