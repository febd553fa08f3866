#include "auth/notification_signer.hpp"

#include <boost/json/object.hpp>

namespace tonearm::auth {

NotificationSigner::NotificationSigner(std::shared_ptr<const RsaKey> key, std::string issuer)
    : key_(std::move(key)), issuer_(std::move(issuer)) {}

base::Result<std::string> NotificationSigner::token(base::Guid application, base::Guid tenant,
                                                    base::WallTime now) {
  const std::lock_guard lock(mutex_);
  Signed& last = signed_[{application, tenant}];
  const bool fresh = !last.token.empty() && now >= last.from && now < last.from + kLifetime - kRenewal;
  if (fresh) return last.token;
  const auto begin = base::WallClock::to_time_t(now);
  const boost::json::object claims{
      {"iss", issuer_}, {"aud", application.to_string()},  {"tid", tenant.to_string()}, {"iat", begin},
      {"nbf", begin},   {"exp", begin + kLifetime.count()}};
  auto token = key_->sign(claims);
  if (token) last = {*token, now};
  return token;
}

}  // namespace tonearm::auth
