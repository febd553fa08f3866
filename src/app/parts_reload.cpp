#include <algorithm>

#include "app/capacity.hpp"
#include "app/parts.hpp"
#include "app/settings_map.hpp"
#include "base/log.hpp"
#include "net/authority.hpp"

namespace tonearm::app {

/// Calls that are up go on under the settings that they began with.
base::Result<void> Server::Parts::reload(config::Settings settings) {
  // What can fail comes first: nothing has changed then.
  auto tokens = token_applications(settings);
  if (!tokens) return std::unexpected(tokens.error());
  if (auto renewed = renew_certificate(settings); !renewed) return renewed;
  warn_of_what_stays(settings);
  for (const auto& application : places_) former_webhooks_.push_back(application.webhook);
  std::ranges::sort(former_webhooks_);
  former_webhooks_.erase(std::ranges::unique(former_webhooks_).begin(), former_webhooks_.end());
  settings.applications = places_ = in_known_places(std::move(settings.applications), places_);

  // The host first: signalling admits by places that the host must know.
  host_->update_applications(served_applications(settings));
  legs_->post_directory(sip_settings(settings).directory);
  calls_max_ = most_calls(settings);
  graph_routes_->set_requests_per_second(static_cast<unsigned>(settings.limits.per_application));

  net::AddressPolicy callbacks = callback_policy(settings);
  callback_policy_.store(std::make_shared<net::AddressPolicy>(callbacks));
  for (const std::string& webhook : former_webhooks_) {
    if (const auto url = net::Url::parse(webhook)) callbacks.trust(*url);
  }
  poster_->set_policy(std::move(callbacks));
  prompt_client_->set_policy(prompt_policy(settings));
  issuer_->set_applications(std::move(*tokens));
  return {};
}

base::Result<void> Server::Parts::renew_certificate(const config::Settings& settings) {
  if (!server_tls_) return {};
  if (settings.server.tls_certificate != settings_.server.tls_certificate ||
      settings.server.tls_key != settings_.server.tls_key) {
    return base::fail(std::errc::invalid_argument, "server.tls_certificate or tls_key names another file");
  }
  if (settings_.server.tls_certificate.empty()) {  // ours: a new one if it runs out
    auto files = net::ensure_authority(settings_.server.data_dir / "ca", settings_.dropin.hosts,
                                       base::WallClock::now());
    if (!files) return std::unexpected(files.error());
  }
  return server_tls_->reload();
}

void Server::Parts::warn_of_what_stays(const config::Settings& settings) const {
  const auto compare = [](const char* section, const auto& before, const auto& now) {
    if (!(before == now)) spdlog::warn("[{}] has changed; that takes a restart", section);
  };
  compare("server", settings_.server, settings.server);
  compare("http", settings_.http, settings.http);
  compare("media", settings_.media, settings.media);
  compare("storage", settings_.storage, settings.storage);
  compare("quality", settings_.quality, settings.quality);
  compare("log", settings_.log, settings.log);
  compare("issuer", settings_.issuers, settings.issuers);
}

}  // namespace tonearm::app
