#include "auth/external_issuer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "auth/errc.hpp"
#include "base/log.hpp"

namespace tonearm::auth {
namespace {

std::string document_url(const std::string& url) {
  return url + (url.ends_with('/') ? "" : "/") + ".well-known/openid-configuration";
}

}  // namespace

ExternalIssuer::ExternalIssuer(Settings settings, Fetch fetch)
    : settings_(std::move(settings)),
      fetch_(std::move(fetch)),
      name_(settings_.url),
      keys_(std::make_shared<const Keys>()) {}

bool ExternalIssuer::refresh(base::TimePoint now, Waiter waiter) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    const bool join = fetching_;
    if (!join && allowance_ > now + (kBurst - 1) * kPause) return false;
    if (waiter && waiters_.size() >= kWaitersMax) return false;
    if (waiter) waiters_.push_back(std::move(waiter));
    if (join) return true;
    fetching_ = true;
    started_ = now;
    allowance_ = std::max(allowance_, now) + kPause;
  }
  fetch_document();
  return true;
}

void ExternalIssuer::keep_fresh(base::TimePoint now) {
  {
    const std::lock_guard lock(mutex_);
    if (now < due_) return;
  }
  refresh(now, {});
}

void ExternalIssuer::close() {
  std::vector<Waiter> dropped;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(waiters_);
}

void ExternalIssuer::fetch_document() {
  fetch_(document_url(settings_.url), [weak = weak_from_this()](base::Result<std::string> body) {
    const auto self = weak.lock();
    if (!self) return;
    if (!body) return self->finish(std::unexpected(body.error()));
    const auto document = parse_discovery(*body);
    if (!document) return self->finish(std::unexpected(document.error()));
    if (!self->name_.is(document->issuer))
      return self->finish(base::fail(AuthErrc::issuer_unusable,
                                     fmt::format("it calls itself {:?}", document->issuer.substr(0, 200))));
    self->fetch_keys(*document);
  });
}

void ExternalIssuer::fetch_keys(const DiscoveryDocument& document) {
  fetch_(document.jwks_uri, [weak = weak_from_this()](base::Result<std::string> body) {
    const auto self = weak.lock();
    if (!self) return;
    if (!body) return self->finish(std::unexpected(body.error()));
    auto keys = parse_key_set(*body);
    if (!keys) return self->finish(std::unexpected(keys.error()));
    self->take(std::move(*keys), std::move(*body));
    self->finish({});
  });
}

void ExternalIssuer::take(Keys keys, std::string text) {
  const std::lock_guard lock(mutex_);
  if (text == text_) return;
  text_ = std::move(text);
  spdlog::info("issuer {}: {} keys", settings_.name, keys.size());
  keys_.store(std::make_shared<const Keys>(std::move(keys)));
  ++generation_;
}

void ExternalIssuer::finish(const base::Result<void>& outcome) {
  if (!outcome) {
    spdlog::warn("issuer {}: its keys could not be fetched: {}; {} from before stay in use", settings_.name,
                 outcome.error().message(), keys()->size());
  }
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    fetching_ = false;
    due_ = started_ + (outcome ? base::TimePoint::duration(kFresh) : base::TimePoint::duration(kRetry));
    waiters.swap(waiters_);
  }
  for (Waiter& waiter : waiters) waiter();
}

}  // namespace tonearm::auth
