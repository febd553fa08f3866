#include "app/call_host.hpp"

#include <mutex>
#include <utility>

#include "app/check_redirect.hpp"
#include "app/check_transfer.hpp"
#include "app/place_call.hpp"
#include "base/log.hpp"

namespace tonearm::app {
namespace {

/// Busy Here: a 503 would make a trunk take the whole server for overloaded.
constexpr int kApplicationBusy = 486;
constexpr int kClosed = 503;
constexpr const char* kStopping = "the server is shutting down";

constexpr int kOverloaded = 503;

base::RateLimit refused_lines(5);

}  // namespace

CallHost::CallHost(net::Runtime& runtime, std::vector<ServedApplication> applications, WhyNot why_no_calls,
                   CallMetrics& metrics)
    : runtime_(runtime),
      applications_(std::move(applications)),
      why_no_calls_(std::move(why_no_calls)),
      metrics_(metrics) {}

call::SnapshotPtr CallHost::find(call::CallId call) const {
  const ActorPtr found = actor(call);
  return found ? found->snapshot() : nullptr;
}

std::vector<call::SnapshotPtr> CallHost::list() const {
  std::vector<call::SnapshotPtr> snapshots;
  for (const ActorPtr& actor : actors()) {
    if (auto snapshot = actor->snapshot()) snapshots.push_back(std::move(snapshot));
  }
  return snapshots;
}

void CallHost::post_command(call::CallId call, call::CommandContext context, call::Command command,
                            ReplyHandler reply) {
  const ActorPtr found = actor(call);
  if (!found) {
    return reply(call::CommandFailure{call::CommandFailure::Kind::call_not_found, "Call not found."});
  }
  if (auto refusal = refusal_of(found->snapshot(), command)) return reply(std::move(*refusal));
  {
    const std::unique_lock lock(mutex_);
    requests_.emplace(context.request, found);
  }
  found->post_command(std::move(context), std::move(command), std::move(reply));
}

/// Where a command would have somebody called, the application must be allowed to.
std::optional<call::CommandFailure> CallHost::refusal_of(const call::SnapshotPtr& call,
                                                         const call::Command& command) const {
  using Kind = call::CommandFailure::Kind;
  const auto* transfer = std::get_if<call::TransferCommand>(&command);
  const auto* redirect = std::get_if<call::RedirectCommand>(&command);
  if (!transfer && !redirect) return std::nullopt;
  if (!call) return call::CommandFailure{Kind::call_not_found, "Call not found."};
  const auto place = applications_.place_of(call->owner.application);
  if (!place) return call::CommandFailure{Kind::not_registered, "The application is not registered here."};
  const auto& application = applications_.at(*place);
  if (redirect) return redirect_refusal(*redirect, application);
  const call::SnapshotPtr other = transfer->replaces ? find(*transfer->replaces) : nullptr;
  return transfer_refusal(*transfer, *call, other, application);
}

std::expected<CallHost::PlacedCall, call::CommandFailure> CallHost::admit(
    call::CreateCall order, const call::CommandContext& context) {
  using Kind = call::CommandFailure::Kind;
  const auto refuse = [&](Kind kind, std::string why) {
    metrics_.refused(call::CallDirection::outgoing);
    return std::unexpected(call::CommandFailure{kind, std::move(why)});
  };
  const auto place = applications_.place_of(order.application);
  if (!place) return refuse(Kind::not_registered, "The application is not registered here.");
  if (order.tenant != applications_.at(*place).setup.owner.tenant)
    return refuse(Kind::wrong_tenant,
                  "The token's tenant is not the application's: get one of its own tenant.");
  auto call = place_call(std::move(order), context, applications_.at(*place));
  if (!call) return refuse(call.error().kind, std::move(call.error().message));
  if (const auto why = why_no_calls_())
    return refuse(Kind::unavailable, "No call can be placed now: " + *why + ". Try again later.");
  auto setup = applications_.begin_call(*place, base::SteadyClock::now());
  if (!setup) return refuse(Kind::too_many_requests, "Not now: " + setup.error() + ".");
  return PlacedCall{std::move(*call), std::move(*setup), *place};
}

void CallHost::post_create(call::CreateCall order, call::CommandContext context, Keep keep,
                           CreateHandler reply) {
  auto admitted = admit(std::move(order), context);
  if (!admitted) return reply(std::move(admitted.error()));
  const call::CallId id = admitted->call.leg.call;
  const ActorPtr actor = add(id, admitted->setup, admitted->application);
  if (!actor) {
    applications_.end_call(admitted->application);
    metrics_.refused(call::CallDirection::outgoing);
    return reply(call::CommandFailure{call::CommandFailure::Kind::unavailable,
                                      std::string("No call can be placed now: ") + kStopping + "."});
  }
  metrics_.started(call::CallDirection::outgoing);
  {
    const std::unique_lock lock(mutex_);
    requests_.emplace(context.request, actor);
  }
  spdlog::info("call={} placed by application {}", id.to_string(), admitted->setup.owner.name);
  auto first = std::make_shared<call::SnapshotPtr>();  // of the call's strand
  actor->post_create(
      [placed = std::move(*admitted), first](const call::Stamp& stamp) {
        auto made = call::Call::outgoing(placed.call, placed.setup, stamp);
        *first = made.second.snapshot;
        return made;
      },
      context.request, std::move(keep),
      [first, reply = std::move(reply)](const call::Reply& outcome) {
        const auto* failure = std::get_if<call::CommandFailure>(&outcome);
        reply(failure ? call::CreateReply(*failure) : call::CreateReply(*first));
      });
}

void CallHost::post_response_written(call::RequestId request) {
  ActorPtr found;
  {
    const std::unique_lock lock(mutex_);
    if (auto node = requests_.extract(request)) found = std::move(node.mapped());
  }
  if (found) found->post_response_written(request);
}

void CallHost::on_invite(call::IncomingInvite invite) {
  const call::CallId id = invite.leg.call;
  // Asked again: since signalling asked, a name was looked up, and others may have taken the last places.
  if (const auto why = why_no_calls_()) {
    metrics_.refused(call::CallDirection::incoming);
    return ports_->signaling.post_reject(invite.leg, kOverloaded, *why, {});
  }
  const auto admitted = applications_.begin_call(invite.application, base::SteadyClock::now());
  if (!admitted) {
    if (unsigned suppressed = 0; refused_lines.allow(suppressed))
      spdlog::warn("call={} refused: {} ({} more lines held back)", id.to_string(), admitted.error(),
                   suppressed);
    metrics_.refused(call::CallDirection::incoming);
    return ports_->signaling.post_reject(invite.leg, kApplicationBusy, admitted.error(), {});
  }
  const call::CallSetup& setup = *admitted;
  const ActorPtr actor = add(id, setup, invite.application);
  if (!actor) {
    applications_.end_call(invite.application);
    metrics_.refused(call::CallDirection::incoming);
    return ports_->signaling.post_reject(invite.leg, kClosed, kStopping, {});
  }
  metrics_.started(call::CallDirection::incoming);
  spdlog::info("call={} incoming for application {}", id.to_string(), setup.owner.name);
  actor->post_create(
      [invite = std::move(invite), setup, hook = before_first_step_](const call::Stamp& stamp) {
        if (hook) hook();
        return call::Call::incoming(invite, setup, stamp);
      });
}

void CallHost::on_signal(call::LegRef leg, call::SignalBody body) {
  post(leg.call, call::SignalInput{leg.leg, std::move(body)});
}

void CallHost::on_media(call::LegRef leg, call::MediaBody body) {
  post(leg.call, call::MediaInput{leg.leg, std::move(body)});
}

void CallHost::on_delivered(call::CallId call, call::NotificationNumber number) {
  write_down(call, {Fate::delivered, number});
  post(call, call::NotificationDelivered{number});
}

void CallHost::on_attempt_failed(call::CallId call, call::NotificationNumber number,
                                 const call::GivenUp& because) {
  write_down(call, {Fate::attempt_failed, number, because});
}

void CallHost::on_parked(call::CallId call, call::NotificationNumber number, const call::GivenUp& because) {
  write_down(call, {Fate::parked, number, because});
  post(call, call::NotificationParked{number});
}

void CallHost::on_bot_silent(call::CallId call) {
  post(call, call::BotSilent{});
}

std::size_t CallHost::active() const {
  const std::shared_lock lock(mutex_);
  return actors_.size();
}

void CallHost::close() {
  const std::unique_lock lock(mutex_);
  closed_ = true;
}

void CallHost::wake() {
  { const std::unique_lock lock(mutex_); }  // who waits has looked, or is asleep and hears
  idle_.notify_all();
}

void CallHost::end_all() {
  for (const ActorPtr& actor : actors()) actor->post(call::ServerStopping{});
}

CallHost::ActorPtr CallHost::add(call::CallId call, const call::CallSetup& setup, std::size_t application) {
  auto actor =
      std::make_shared<CallActor>(runtime_.next().get_executor(), *ports_, metrics_, call, setup.webhook,
                                  [this, application](call::CallId over) { on_over(over, application); });
  {
    const std::unique_lock lock(mutex_);
    if (closed_) return nullptr;
    actors_.emplace(call, actor);
  }
  return actor;
}

CallHost::ActorPtr CallHost::actor(call::CallId call) const {
  const std::shared_lock lock(mutex_);
  const auto found = actors_.find(call);
  return found == actors_.end() ? nullptr : found->second;
}

std::vector<CallHost::ActorPtr> CallHost::actors() const {
  const std::shared_lock lock(mutex_);
  std::vector<ActorPtr> all;
  all.reserve(actors_.size());
  for (const auto& [id, actor] : actors_) all.push_back(actor);
  return all;
}

void CallHost::post(call::CallId call, call::Input input) {
  if (const ActorPtr found = actor(call)) found->post(std::move(input));
}

void CallHost::on_over(call::CallId call, std::size_t application) {
  spdlog::info("call={} over", call.to_string());
  {
    const std::unique_lock lock(mutex_);
    actors_.erase(call);
  }
  applications_.end_call(application);
  idle_.notify_all();
}

bool CallHost::wait_until_idle(std::chrono::milliseconds limit, const std::atomic<bool>& enough) {
  std::shared_lock lock(mutex_);
  idle_.wait_for(lock, limit, [&] { return actors_.empty() || enough; });
  return actors_.empty();
}

}  // namespace tonearm::app
