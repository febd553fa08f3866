#include "app/parts.hpp"

#include <chrono>

#include "app/capacity.hpp"
#include "app/settings_map.hpp"
#include "base/log.hpp"

namespace tonearm::app {
namespace {

using namespace std::chrono_literals;

/// For trunks to take back what we registered with them.
constexpr auto kWithdrawLimit = 2s;
/// What the calls may still take after the drain: their endings, a BYE and its answer.
constexpr auto kEndingLimit = 5s;
/// For the outbox to reach the bots; what is left stays on disk for the next start.
constexpr auto kFlushLimit = 10s;

}  // namespace

Server::Parts::Parts(config::Settings settings, ServerOptions options)
    : settings_(std::move(settings)),
      options_(options),
      places_(settings_.applications),
      runtime_(pool_threads(settings_)),
      registry_(std::make_shared<prometheus::Registry>()),
      http_metrics_(*registry_) {}

Server::Parts::~Parts() {
  runtime_.stop();  // what is destroyed next may not be called any more
}

base::Result<void> Server::Parts::start() {
  auto left_over = open_store();
  if (!left_over) return std::unexpected(left_over.error());
  open_recordings();
  host_.emplace(
      runtime_, served_applications(settings_), [this] { return why_no_calls(); }, call_metrics_);
  host_->set_before_first_step(options_.before_first_step);
  for (const auto step :
       {&Parts::open_identity, &Parts::open_delivery, &Parts::open_media, &Parts::open_signaling}) {
    if (auto done = (this->*step)(); !done) return done;
  }
  host_->connect(ports());
  events_->post_resume(std::move(left_over->pending));
  end_left_over(left_over->alive, ports(), served_applications(settings_),
                saved_recordings(left_over->alive, *recordings_));
  for (const auto step : {&Parts::open_api, &Parts::open_admin}) {
    if (auto done = (this->*step)(); !done) return done;
  }
  calls_max_ = bound_.calls = most_calls(settings_);
  taking_calls_ = true;
  return {};
}

CallPorts Server::Parts::ports() {
  return {*legs_, *media_, *store_, *events_, renderer_};
}

void Server::Parts::stop() {
  if (std::exchange(stopped_, true) || !host_) return;
  taking_calls_ = false;
  if (legs_ && !hurried_) legs_->withdraw(kWithdrawLimit);
  if (!host_->wait_until_idle(settings_.server.drain, hurried_)) {
    host_->end_all();
    host_->wait_until_idle(kEndingLimit, std::atomic<bool>(false));
  }
  if (events_) events_->wait_until_drained(hurried_ ? 1s : kFlushLimit);
  if (api_server_) api_server_->stop();
  if (admin_server_) admin_server_->stop();
  if (events_) events_->stop();
  runtime_.stop();
  legs_.reset();
  engine_.reset();  // closes its sessions and waits for their last reports
  media_.reset();
  recordings_->stop();
  store_->stop();
}

void Server::Parts::hurry() {
  hurried_ = true;
  if (host_) host_->wake();
}

}  // namespace tonearm::app
