#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "auth/rsa_key.hpp"
#include "base/clock.hpp"
#include "base/guid.hpp"

namespace tonearm::auth {

/// Signs the tokens that webhooks receive: `aud` is the bot, so that only it believes them. One token per
/// application and lifetime, not per notification (a signature costs 1 ms). Threading: thread-safe.
class NotificationSigner {
 public:
  static constexpr std::chrono::seconds kLifetime{3900};
  /// A token is replaced this long before its end, so that no bot sees one expire on the way.
  static constexpr std::chrono::minutes kRenewal{10};

  /// `issuer` is `notifications.issuer`.
  NotificationSigner(std::shared_ptr<const RsaKey> key, std::string issuer);

  /// Value for `Authorization: Bearer …`. Errors: `key_unusable`.
  [[nodiscard]] base::Result<std::string> token(base::Guid application, base::Guid tenant,
                                                base::WallTime now);

  [[nodiscard]] const std::string& issuer() const { return issuer_; }
  [[nodiscard]] const RsaKey& key() const { return *key_; }

 private:
  struct Signed {
    std::string token;
    base::WallTime from;
  };

  const std::shared_ptr<const RsaKey> key_;
  const std::string issuer_;
  std::mutex mutex_;                                            // guards signed_
  std::map<std::pair<base::Guid, base::Guid>, Signed> signed_;  // by application and tenant
};

}  // namespace tonearm::auth
