#include <span>

#include <fmt/format.h>

#include "app/capacity.hpp"
#include "app/metrics_page.hpp"
#include "app/parts.hpp"
#include "app/settings_map.hpp"
#include "base/log.hpp"
#include "graph/write_call.hpp"
#include "graph/write_records.hpp"
#include "net/authority.hpp"
#include "sip/mask.hpp"

namespace tonearm::app {
namespace {

using namespace std::chrono_literals;

http::ServerLimits limits(const config::Settings& settings) {
  http::ServerLimits limits;
  limits.body_max = settings.http.body_max.count;
  limits.header_max = settings.http.header_max.count;
  limits.timeout = settings.http.timeout;
  limits.connections_max = most_http_connections(settings);
  return limits;
}

}  // namespace

base::Result<void> Server::Parts::open_tls() {
  if (settings_.server.https.empty()) return {};
  auto certificate = settings_.server.tls_certificate;
  auto key = settings_.server.tls_key;
  if (certificate.empty() && settings_.dev) {
    auto files = net::ensure_authority(settings_.server.data_dir / "ca", settings_.dropin.hosts,
                                       base::WallClock::now());
    if (!files) return std::unexpected(files.error());
    certificate = files->certificate;
    key = files->key;
    ca_file_ = files->ca.string();
  }
  auto tls = net::ServerTls::load(certificate, key);
  if (!tls) return std::unexpected(tls.error());
  server_tls_ = std::move(*tls);
  return {};
}

base::Result<void> Server::Parts::listen_for_api() {
  api_server_.emplace(runtime_, front_, limits(settings_));
  for (const auto& endpoint : settings_.server.http) {
    auto bound = api_server_->listen(endpoint);
    if (!bound) return std::unexpected(bound.error());
    bound_.http.push_back("http://" + bound->to_string());
  }
  for (const auto& endpoint : settings_.server.https) {
    auto bound = api_server_->listen(endpoint, server_tls_);
    if (!bound) return std::unexpected(bound.error());
    bound_.https.push_back("https://" + bound->to_string());
  }
  return {};
}

base::Result<void> Server::Parts::open_api() {
  if (auto done = open_tls(); !done) return done;
  if (auto done = listen_for_api(); !done) return done;
  const std::string https = bound_.https.empty() ? "" : bound_.https.front();
  const std::string http = bound_.http.empty() ? https : bound_.http.front();
  own_addresses_.emplace(settings_.server.public_url.empty() ? http : settings_.server.public_url,
                         settings_.dropin.hosts, https);
  identity_routes_.emplace(*issuer_, *signer_, *own_addresses_);
  http::GraphOptions options;
  options.read.strict = settings_.http.strict;
  options.read.body_max = settings_.http.body_max.count;
  callback_policy_.store(std::make_shared<net::AddressPolicy>(callback_policy(settings_)));
  options.callbacks = [this] { return callback_policy_.load(); };
  options.refuse_changes = [this] { return store_->oldest_uncommitted() > 5s; };
  options.recordings_full = [this] { return recordings_->full(); };
  options.requests_per_second = static_cast<unsigned>(settings_.limits.per_application);
  options.refused = [this](call::CallId call, const graph::RequestRefused& refused) {
    chronicle_->note(call, refused);
  };
  options.repeats.window = settings_.http.repeat_window;
  const auto kept =
      store_->load_answers(base::WallClock::now() - options.repeats.window, options.repeats.answers_max);
  recording_routes_.emplace(http::RecordingPorts{
      *store_, *recordings_,
      [this](call::CallId call, const graph::RecordingAsked& asked) { chronicle_->note(call, asked); }});
  graph_routes_.emplace(http::GraphPorts{*verifier_, *host_, *own_addresses_}, std::move(options));
  graph_routes_->restore(kept);
  api_.emplace(*identity_routes_, *recording_routes_, *graph_routes_,
               [this](const http::Observation& seen) { http_metrics_.count(seen); });
  front_.open(*api_);
  return {};
}

base::Result<void> Server::Parts::open_admin() {
  http::AdminSources sources;
  sources.ready = [this] { return taking_calls_.load(); };
  sources.metrics = [this] { return metrics_text(); };
  sources.calls = [this] { return graph::write_call_list(host_->list()); };
  sources.sip = [this](call::CallId call) { return sip_trace(call); };
  sources.records = [this](http::RecordsAsked asked, auto done) { load_records(asked, std::move(done)); };
  sources.parked = [this](call::ParkedAsked asked, auto done) { load_parked(asked, std::move(done)); };
  sources.events = [this](call::EventsAsked asked, auto done) { load_events(asked, std::move(done)); };
  sources.event_stream = [this](call::EventsAsked asked, auto done) {
    stream_events(asked, std::move(done));
  };
  sources.redeliver = [this](base::Guid id, auto done) { redeliver(id, std::move(done)); };
  sources.trace = [this](call::CallId call, auto done) { load_trace(call, std::move(done)); };
  admin_.emplace(http::AdminOptions{settings_.admin.token, settings_.dev}, std::move(sources));
  admin_server_.emplace(runtime_, admin_front_, limits(settings_));
  for (const auto& endpoint : settings_.admin.listen) {
    auto bound = admin_server_->listen(endpoint);
    if (!bound) return std::unexpected(bound.error());
    bound_.admin.push_back("http://" + bound->to_string());
  }
  admin_front_.open(*admin_);
  return {};
}

std::string Server::Parts::metrics_text() const {
  const MetricsSources sources{
      call_metrics_,         host_->active(),    engine_->metrics(),     engine_->prompts().metrics(),
      legs_->metrics(),      events_->metrics(), store_->metrics(),      store_->oldest_uncommitted(),
      event_log_->metrics(), *recordings_,       load_watch_->overload()};
  return http::prometheus_text(*registry_) + metrics_page(sources);
}

std::string Server::Parts::shown(const sip::TracedMessage& message) const {
  const bool show = settings_.events.digits == config::DigitMasking::show;
  return show ? message.text : sip::without_numbers(message.text);
}

/// Rendered on the store's reader, a few milliseconds for the longest page. One more than asked for tells
/// whether there is more.
void Server::Parts::load_records(http::RecordsAsked asked, std::function<void(std::string)> done) {
  const bool show_numbers = settings_.events.digits == config::DigitMasking::show;
  store_->load_records(asked.after, asked.most + 1,
                       [asked, show_numbers, done = std::move(done)](const auto& found) {
                         if (!found) return;
                         std::span<const call::EndedCall> rows = *found;
                         const bool more = rows.size() > asked.most;
                         if (more) rows = rows.first(asked.most);
                         done(graph::write_records({rows, asked.after, more}, show_numbers));
                       });
}

std::optional<std::string> Server::Parts::sip_trace(call::CallId call) const {
  const auto messages = legs_->trace(call);
  if (messages.empty()) return std::nullopt;
  std::string text;
  for (const auto& message : messages) {
    const auto since_epoch =
        std::chrono::duration_cast<std::chrono::milliseconds>(message.at.time_since_epoch());
    text += fmt::format("---- {} {} {} at {} ms\n{}\n", message.sent ? "sent to" : "received from",
                        sip::to_string(message.transport), message.remote.to_string(), since_epoch.count(),
                        shown(message));
  }
  return text;
}

}  // namespace tonearm::app
