#include "app/parts.hpp"

#include <atomic>
#include <chrono>
#include <future>

#include <boost/asio/post.hpp>

#include "app/capacity.hpp"
#include "app/settings_map.hpp"
#include "base/log.hpp"

namespace tonearm::app {
namespace {

using namespace std::chrono_literals;

/// For trunks to take back what we registered with them, when all else is done.
constexpr auto kWithdrawLimit = 2s;
/// What the calls may still take after the drain: their endings, a BYE and its answer.
constexpr auto kEndingLimit = 5s;
/// For the outbox to reach the bots; what is left stays on disk for the next start.
constexpr auto kFlushLimit = 10s;
constexpr auto kHurriedFlushLimit = 1s;
/// For listeners, signalling, media and store to go; they take milliseconds.
constexpr auto kClosingLimit = 10s;
/// Where nothing may cut a wait short.
const std::atomic<bool> kNever{false};

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
  if (verifier_) verifier_->close();
}

base::Result<void> Server::Parts::start() {
  calls_max_ = bound_.calls = most_calls(settings_);  // first: it raises what other limits are a share of
  auto left_over = open_store();
  if (!left_over) return std::unexpected(left_over.error());
  if (auto opened = open_event_log(); !opened) return opened;
  open_recordings();
  host_.emplace(
      runtime_, served_applications(settings_), [this] { return why_no_calls(); }, call_metrics_);
  host_->set_before_first_step(options_.before_first_step);
  for (const auto step : {&Parts::open_identity, &Parts::open_issuers, &Parts::open_delivery,
                          &Parts::open_media, &Parts::open_signaling}) {
    if (auto done = (this->*step)(); !done) return done;
  }
  host_->connect(ports());
  events_->post_resume(std::move(left_over->pending));
  end_left_over(left_over->alive, ports(), served_applications(settings_),
                saved_recordings(left_over->alive, *recordings_));
  for (const auto step : {&Parts::open_api, &Parts::open_admin}) {
    if (auto done = (this->*step)(); !done) return done;
  }
  probe_loops();
  watch_load();
  taking_calls_ = true;
  return {};
}

void Server::Parts::probe_loops() {
  std::vector<LoopProbe::Post> loops;
  for (unsigned index = 0; index < runtime_.size(); ++index) {
    loops.emplace_back([&context = runtime_.context(index)](std::function<void()> task) {
      net::asio::post(context, std::move(task));
    });
  }
  loops.emplace_back([this](std::function<void()> task) { legs_->post_task(std::move(task)); });
  loops.emplace_back([this](std::function<void()> task) { engine_->dispatcher().tell(std::move(task)); });
  probe_.watch(std::move(loops));
}

CallPorts Server::Parts::ports() {
  return {*legs_, *media_, *store_, *events_, renderer_, *chronicle_};
}

void Server::Parts::stop() {
  if (std::exchange(stopped_, true) || !host_) return;
  taking_calls_ = false;
  host_->close();
  std::future<void> withdrawn;
  if (legs_) withdrawn = legs_->withdraw();
  end_calls();
  if (events_) flush_outbox();
  if (legs_ && !hurried_) withdrawn.wait_for(kWithdrawLimit);
  probe_.close();
  if (api_server_) api_server_->stop();
  if (admin_server_) admin_server_->stop();
  if (events_) events_->stop();
  runtime_.stop();
  legs_.reset();
  engine_.reset();  // closes its sessions and waits for their last reports
  media_.reset();
  recordings_->stop();
  store_->stop();
  event_log_->stop();
}

/// Lets them go on for `server.drain`; what is up then, ends.
void Server::Parts::end_calls() {
  if (const std::size_t up = host_->active(); up > 0) {
    spdlog::info("no new calls; {} may go on for {} s", up,
                 std::chrono::duration<double>(settings_.server.drain).count());
  }
  if (host_->wait_until_idle(settings_.server.drain, hurried_)) return;
  spdlog::info("{} calls are ended", host_->active());
  host_->end_all();
  if (!host_->wait_until_idle(kEndingLimit, kNever))
    spdlog::warn("{} calls have not ended; the next start ends them", host_->active());
}

void Server::Parts::flush_outbox() {
  const bool drained = hurried_ ? events_->wait_until_drained(kHurriedFlushLimit, kNever)
                                : events_->wait_until_drained(kFlushLimit, hurried_);
  if (!drained)
    spdlog::warn("{} notifications are undelivered; the next start goes on with them",
                 events_->metrics().pending.size());
}

std::chrono::milliseconds Server::Parts::longest_stop() const {
  return settings_.server.drain + kEndingLimit + kFlushLimit + kWithdrawLimit + kClosingLimit;
}

void Server::Parts::hurry() {
  hurried_ = true;
  if (host_) host_->wake();
  if (events_) events_->wake();
}

}  // namespace tonearm::app
