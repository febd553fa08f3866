#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "auth/public_key.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace tonearm::auth {

/// The certificate by which an application proves who it is, in place of a secret: its own, so no chain is
/// looked at. Threading: immutable, so thread-safe.
class ClientCertificate {
 public:
  /// The first certificate of a PEM text, which may hold other things too. Errors: `key_unusable`.
  [[nodiscard]] static base::Result<ClientCertificate> from_pem(std::string_view pem);

  /// Does a token's header mean this certificate? By `x5t#S256`, `x5t` or the first of `x5c`, whichever are
  /// there: none may mean another. One that says nothing may be signed with it.
  [[nodiscard]] bool is_meant_by(const boost::json::object& header) const;
  [[nodiscard]] bool is_valid_at(base::WallTime now) const { return begins_ <= now && now < ends_; }
  [[nodiscard]] const PublicKey& key() const { return key_; }

 private:
  explicit ClientCertificate(PublicKey key) : key_(std::move(key)) {}

  PublicKey key_;
  std::string sha1_;  // as x5t
  std::string sha256_;
  std::string der_;  // base64
  base::WallTime begins_;
  base::WallTime ends_;
};

}  // namespace tonearm::auth
