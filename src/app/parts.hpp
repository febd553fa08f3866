#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "app/call_host.hpp"
#include "app/call_metrics.hpp"
#include "app/chronicle.hpp"
#include "app/front.hpp"
#include "app/load_watch.hpp"
#include "app/loop_probe.hpp"
#include "app/restart.hpp"
#include "app/server.hpp"
#include "auth/notification_signer.hpp"
#include "auth/token_issuer.hpp"
#include "auth/verifier.hpp"
#include "base/shared_value.hpp"
#include "config/settings.hpp"
#include "graph/notification_renderer.hpp"
#include "http/admin.hpp"
#include "http/api.hpp"
#include "http/metrics.hpp"
#include "http/server.hpp"
#include "media/call_media.hpp"
#include "media/fetch_queue.hpp"
#include "media/http_prompt_fetcher.hpp"
#include "net/http_client.hpp"
#include "net/resolver.hpp"
#include "net/runtime.hpp"
#include "net/tls.hpp"
#include "notify/asio_loop.hpp"
#include "notify/event_sink.hpp"
#include "notify/net_poster.hpp"
#include "sip/call_leg.hpp"
#include "storage/event_log.hpp"
#include "storage/recording_folder.hpp"
#include "storage/store.hpp"

namespace tonearm::app {

/// Every part of a running server. Members are in the order in which they are made; the destructor takes them
/// down in reverse, after the threads of the pool have stopped. Threading: as Server.
class Server::Parts {
 public:
  Parts(config::Settings settings, ServerOptions options);
  ~Parts();

  base::Result<void> start();
  base::Result<void> reload(config::Settings settings);
  void stop();
  void hurry();
  [[nodiscard]] std::chrono::milliseconds longest_stop() const;
  bool alive() { return probe_.alive(); }

  [[nodiscard]] const BoundAddresses& addresses() const { return bound_; }
  [[nodiscard]] const std::string& ca_file() const { return ca_file_; }

 private:
  base::Result<LeftOver> open_store();
  base::Result<void> open_event_log();
  void open_recordings();
  base::Result<void> open_identity();
  base::Result<void> open_issuers();
  base::Result<void> open_delivery();
  base::Result<void> open_media();
  base::Result<void> open_signaling();
  base::Result<void> open_api();
  base::Result<void> open_tls();
  base::Result<void> renew_certificate(const config::Settings& settings);
  void warn_of_what_stays(const config::Settings& settings) const;
  base::Result<void> listen_for_api();
  base::Result<void> open_admin();
  void probe_loops();
  void end_calls();
  void flush_outbox();

  [[nodiscard]] CallPorts ports();
  void watch_load();
  [[nodiscard]] std::optional<std::string> why_no_calls() const;
  [[nodiscard]] std::string metrics_text() const;
  void load_records(http::RecordsAsked asked, std::function<void(std::string)> done);
  void load_parked(call::ParkedAsked asked, std::function<void(std::string)> done);
  void redeliver(base::Guid message_id, std::function<void(std::optional<call::NotRedelivered>)> done);
  void load_events(call::EventsAsked asked, std::function<void(std::optional<std::string>)> done);
  void stream_events(call::EventsAsked asked, std::function<void(std::shared_ptr<http::BodyStream>)> done);
  void load_trace(call::CallId call, std::function<void(std::optional<std::string>)> done);
  [[nodiscard]] std::optional<std::string> sip_trace(call::CallId call) const;
  /// What whoever operates the server may see of a message: numbers masked unless `events.digits` says show.
  [[nodiscard]] std::string shown(const sip::TracedMessage& message) const;

  const config::Settings settings_;
  const ServerOptions options_;
  std::vector<config::ApplicationSettings> places_;  // applications as CallHost and signalling number them
  std::vector<std::string> former_webhooks_;         // calls that are up still report to them
  BoundAddresses bound_;
  std::string ca_file_;
  std::atomic<std::size_t> calls_max_{0};
  std::atomic<bool> taking_calls_{false};
  std::atomic<bool> hurried_{false};
  bool stopped_ = false;

  net::Runtime runtime_;
  net::Resolver resolver_;
  graph::NotificationRenderer renderer_;
  CallMetrics call_metrics_;
  std::shared_ptr<prometheus::Registry> registry_;
  http::Metrics http_metrics_;
  std::shared_ptr<net::TlsContext> client_tls_;

  std::shared_ptr<const auth::RsaKey> token_key_;
  std::optional<auth::TokenIssuer> issuer_;
  std::optional<auth::NotificationSigner> signer_;
  std::optional<net::HttpClient> issuer_client_;
  std::optional<auth::Verifier> verifier_;

  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::EventLog> event_log_;
  std::optional<Chronicle> chronicle_;
  std::optional<storage::RecordingFolder> recordings_;
  std::optional<CallHost> host_;

  std::optional<notify::AsioLoop> delivery_loop_;
  std::optional<notify::NetPoster> poster_;
  std::optional<notify::EventSink> events_;

  std::optional<net::HttpClient> prompt_client_;
  std::optional<media::HttpPromptFetcher> prompt_fetcher_;
  std::optional<media::FetchQueue> prompt_queue_;
  std::unique_ptr<media::Engine> engine_;
  std::optional<media::CallMedia> media_;  // goes after the engine: it is told of the last sessions
  std::unique_ptr<sip::CallLegs> legs_;
  std::optional<LoadWatch> load_watch_;

  Front front_;
  Front admin_front_;
  std::shared_ptr<net::ServerTls> server_tls_;
  std::optional<http::OwnAddresses> own_addresses_;
  std::optional<http::IdentityRoutes> identity_routes_;
  std::optional<http::RecordingRoutes> recording_routes_;
  base::SharedValue<net::AddressPolicy> callback_policy_;  // which callbackUris requests may name
  std::optional<http::GraphRoutes> graph_routes_;
  std::optional<http::Api> api_;
  std::optional<http::Server> api_server_;
  std::optional<http::Admin> admin_;
  std::optional<http::Server> admin_server_;
  LoopProbe probe_;
};

}  // namespace tonearm::app
