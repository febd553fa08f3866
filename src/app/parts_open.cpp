#include "app/issuer_fetch.hpp"
#include "app/parts.hpp"
#include "app/settings_map.hpp"
#include "base/log.hpp"
#include "media/rebuild_recordings.hpp"

namespace tonearm::app {
namespace {

using namespace std::chrono_literals;

/// Beyond this age of unwritten rows no new call is taken (design: durability).
constexpr auto kStoreBehind = 1s;

}  // namespace

base::Result<LeftOver> Server::Parts::open_store() {
  storage::StoreOptions options;
  options.data_dir = settings_.server.data_dir;
  options.full_durability = settings_.storage.durability == config::Durability::full;
  options.writer.keep_records = options.writer.keep_parked = settings_.events.keep;
  options.writer.keep_answers = settings_.http.repeat_window;
  options.writer.recordings = {settings_.recordings.keep, settings_.recordings.keep_undelivered};
  auto opened = storage::Store::open(std::move(options));
  if (!opened) return std::unexpected(opened.error());
  store_ = std::move(*opened);
  return LeftOver{store_->load_pending(), store_->load_alive()};
}

/// Before anything asks which recordings there are: what a crash left is built first.
void Server::Parts::open_recordings() {
  const auto rebuilt = media::rebuild_recordings(recordings_folder(settings_));
  if (!rebuilt.empty()) spdlog::warn("the last run left {} recordings unfinished", rebuilt.size());
  storage::RecordingFolderOptions options;
  options.folder = recordings_folder(settings_);
  options.disk_max = settings_.recordings.disk_max.count;
  options.keep_unnamed = settings_.recordings.keep_undelivered;
  recordings_.emplace(std::move(options), *store_);
}

base::Result<void> Server::Parts::open_identity() {
  const auto now = base::WallClock::now();
  const auto& folder = settings_.server.data_dir;
  auto tokens = auth::RsaKey::load_or_create(folder / auth::kTokenKeyFile, "Tonearm tokens", now);
  if (!tokens) return std::unexpected(tokens.error());
  auto notifications =
      auth::RsaKey::load_or_create(folder / "notification-key.pem", "Tonearm notifications", now);
  if (!notifications) return std::unexpected(notifications.error());
  token_key_ = std::move(*tokens);
  auto applications = token_applications(settings_);
  if (!applications) return std::unexpected(applications.error());
  issuer_.emplace(token_key_, std::move(*applications));
  signer_.emplace(std::move(*notifications), settings_.notifications.issuer);
  return {};
}

/// Nobody waits for an issuer: a token that comes before its keys waits by itself.
base::Result<void> Server::Parts::open_issuers() {
  auto tls = net::make_client_tls(settings_.notifications.ca_file);
  if (!tls) return std::unexpected(tls.error());
  client_tls_ = std::move(*tls);
  net::HttpClientOptions options;
  options.policy = issuer_policy(settings_);
  options.tls = client_tls_;
  issuer_client_.emplace(runtime_, resolver_, std::move(options));
  auth::Verifier::ExternalIssuers issuers;
  for (const auto& issuer : settings_.issuers) {
    issuers.push_back(std::make_shared<auth::ExternalIssuer>(
        auth::ExternalIssuer::Settings{issuer.name, issuer.url, issuer.audience},
        issuer_fetch(*issuer_client_)));
  }
  verifier_.emplace(std::vector{issuer_->trust()}, std::move(issuers));
  verifier_->keep_fresh(base::SteadyClock::now());
  return {};
}

base::Result<void> Server::Parts::open_delivery() {
  delivery_loop_.emplace(runtime_.next().get_executor());
  poster_.emplace(runtime_, resolver_, callback_policy(settings_), client_tls_);
  notify::DeliveryOptions options;
  options.answer_timeout = settings_.notifications.timeout;
  options.dead_bot_after = settings_.notifications.dead_bot_after;
  options.retry.ending = settings_.notifications.retry_for;
  const auto token = [this](call::ApplicationId application, call::TenantId tenant) {
    return signer_->token(application.value, tenant.value, base::WallClock::now()).value_or("");
  };
  events_.emplace(notify::DeliveryPorts{*delivery_loop_, *store_, *host_, *poster_, token}, options);
  return {};
}

base::Result<void> Server::Parts::open_media() {
  net::HttpClientOptions options;
  options.policy = prompt_policy(settings_);
  options.tls = client_tls_;
  prompt_client_.emplace(runtime_, resolver_, std::move(options));
  prompt_fetcher_.emplace(*prompt_client_);
  prompt_queue_.emplace(*prompt_fetcher_);
  auto media_settings = media_options(settings_);
  media_settings.recording_written = [this](base::Guid operation, bool ok) {
    recordings_->on_written(call::OperationId(operation), ok);
  };
  auto engine = media::Engine::start(std::move(media_settings), *prompt_queue_);
  if (!engine) return std::unexpected(engine.error());
  engine_ = std::move(*engine);
  media_.emplace(*engine_, *host_, address_in_sdp(settings_));
  return {};
}

base::Result<void> Server::Parts::open_signaling() {
  sip::AgentHooks hooks;
  hooks.refuse_calls = [this] {
    auto why = why_no_calls();
    if (why) call_metrics_.refused(call::CallDirection::incoming);
    return why;
  };
  if (options_.trace_sip) {
    hooks.trace = [this](const sip::TracedMessage& message) {
      fmt::print(stderr, "{} {} {}\n{}\n", message.sent ? "sent to" : "received from",
                 message.remote.to_string(), sip::to_string(message.transport), shown(message));
    };
  }
  auto legs = sip::CallLegs::open(sip_settings(settings_), std::move(hooks), *host_);
  if (!legs) return std::unexpected(legs.error());
  legs_ = std::move(*legs);
  for (const auto& address : legs_->listening()) {
    bound_.sip.push_back(
        fmt::format("{}:{}", sip::to_string(address.transport), address.endpoint.to_string()));
  }
  return {};
}

void Server::Parts::watch_load() {
  load_watch_.emplace(runtime_, options_.overload, [this] {
    return Overload::Reading{base::SteadyClock::now(),
                             {{engine_->cpu_times(), {legs_->cpu_time()}, runtime_.cpu_times()}}};
  });
}

std::optional<std::string> Server::Parts::why_no_calls() const {
  if (!taking_calls_) return "the server is starting or shutting down";
  if (host_->active() >= calls_max_) return "as many calls as this server can take";
  if (store_->oldest_uncommitted() > kStoreBehind) return "the disk is behind";
  if (const auto busy = load_watch_->overload().why()) return std::string(*busy);
  return std::nullopt;
}

}  // namespace tonearm::app
