#include "app/call_actor.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "app/outbox_row.hpp"
#include "base/log.hpp"

namespace tonearm::app {
namespace {

call::CommandFailure call_not_found() {
  return {call::CommandFailure::Kind::call_not_found, "Call not found."};
}

}  // namespace

CallActor::CallActor(boost::asio::any_io_executor executor, CallPorts ports, CallMetrics& metrics,
                     call::CallId id, std::string webhook, OverHandler over)
    : strand_(std::move(executor)),
      ports_(ports),
      metrics_(metrics),
      id_(id),
      webhook_(std::move(webhook)),
      over_(std::move(over)) {}

void CallActor::post_create(Create create) {
  boost::asio::post(strand_, [self = shared_from_this(), create = std::move(create)] {
    auto [made, step] = create(self->stamp());
    self->call_ = std::move(made);
    self->carry_out(std::move(step), nullptr);
    for (auto& input : std::exchange(self->early_, {})) self->take(input);
  });
}

void CallActor::post_create(Create create, call::RequestId request, Keep keep, ReplyHandler reply) {
  boost::asio::post(strand_, [self = shared_from_this(), request, keep = std::move(keep),
                              reply = std::move(reply)]() mutable {
    self->keep_ = std::move(keep);
    self->replies_.emplace(request, std::move(reply));
    self->unwritten_.insert(request);
  });
  post_create(std::move(create));
}

void CallActor::post(call::Input input) {
  boost::asio::post(strand_, [self = shared_from_this(), input = std::move(input)]() mutable {
    if (self->call_) {
      self->take(input);
    } else {
      self->early_.push_back(std::move(input));
    }
  });
}

void CallActor::post_command(call::CommandContext context, call::Command command, ReplyHandler reply) {
  boost::asio::post(strand_, [self = shared_from_this(), context = std::move(context),
                              command = std::move(command), reply = std::move(reply)]() mutable {
    if (!self->call_ || self->over_told_) return reply(call_not_found());
    const call::RequestId request = context.request;
    self->replies_.emplace(request, std::move(reply));
    self->unwritten_.insert(request);
    if (call::acts_always(command)) self->patient_.insert(request);
    self->take(call::CommandInput{std::move(context), std::move(command)});
  });
}

void CallActor::post_response_written(call::RequestId request) {
  boost::asio::post(strand_, [self = shared_from_this(), request] {
    self->unwritten_.erase(request);
    self->ports_.events.post_open_gate(request);
  });
}

call::Stamp CallActor::stamp() {
  return {base::SteadyClock::now(), base::WallClock::now(), ids_};
}

void CallActor::take(const call::Input& input) {
  carry_out(call_->advance(input, stamp()), &input);
}

void CallActor::carry_out(call::Step step, const call::Input* cause) {
  for (const auto& effect : step.effects.now) {
    std::visit([this](const auto& e) { run(e); }, effect);
  }
  write_down(step, cause);  // never before: a stop waits for nothing
  if (step.snapshot) snapshot_.store(step.snapshot);
  const bool has_rows = step.rows.call || !step.rows.operations.empty() || !step.rows.dialogs.empty() ||
                        step.rows.call_over || !step.notifications.empty();
  if (!has_rows && step.effects.after_commit.empty()) return;

  if (step.rows.call_over && step.rows.call) metrics_.ended(*step.rows.call);
  PendingStep& pending = pending_.emplace_back();
  pending.number = step.number;
  pending.written = !has_rows;
  pending.effects = std::move(step.effects.after_commit);
  pending.call_over = step.rows.call_over;
  for (const auto& notification : step.notifications) {
    metrics_.count(notification);
    pending.outbox.push_back(outbox_row(notification, ports_.renderer, webhook_));
  }
  if (!has_rows) return release_written_steps();
  limit_wait(pending);
  call::Commit commit{id_, step.number, std::move(step.rows), pending.outbox};
  commit.withdrawn = std::exchange(withdrawn_, std::nullopt);
  if (keep_ && step.snapshot) {
    commit.answer = std::exchange(keep_, nullptr)(*step.snapshot);
    kept_ = commit.answer->key;
  }
  ports_.store.commit(
      std::move(commit), [weak = weak_from_this(), number = step.number](std::error_code failure) {
        if (auto self = weak.lock()) {
          boost::asio::post(self->strand_, [self, number, failure] { self->on_written(number, failure); });
        }
      });
}

/// What came, what it did to the call, and what left at once.
void CallActor::write_down(const call::Step& step, const call::Input* cause) {
  Chronicle& chronicle = ports_.chronicle;
  if (cause) chronicle.note(id_, *cause);
  const call::SnapshotPtr before = snapshot_.load();
  if (step.snapshot && !before) chronicle.note(id_, graph::CallCreated{*step.snapshot});
  if (step.snapshot && before && before->state != step.snapshot->state)
    chronicle.note(id_, graph::StateChanged{before->state, step.snapshot->state});
  for (const auto& effect : step.effects.now) chronicle.note(id_, effect);
}

void CallActor::limit_wait(PendingStep& step) {
  const auto answers = [](const auto& e) { return std::holds_alternative<call::Respond>(e); };
  if (std::ranges::none_of(step.effects, answers)) return;
  step.limit = std::make_unique<boost::asio::steady_timer>(strand_, ports_.store_limit);
  step.limit->async_wait([weak = weak_from_this(), number = step.number](boost::system::error_code gone) {
    const auto self = weak.lock();
    PendingStep* late = self && !gone ? self->pending(number) : nullptr;
    if (late && !late->written) self->refuse(*late);
  });
}

CallActor::PendingStep* CallActor::pending(std::uint64_t number) {
  const auto found = std::ranges::find(pending_, number, &PendingStep::number);
  return found == pending_.end() ? nullptr : &*found;
}

void CallActor::on_written(std::uint64_t number, std::error_code failure) {
  if (PendingStep* step = pending(number)) {
    if (failure && !answers_the_patient(*step)) return refuse(*step);
    step->written = !failure;
  }
  release_written_steps();
}

/// What a cancel or a hang-up did cannot be taken back, so its answer may as well wait for a better disk.
bool CallActor::answers_the_patient(const PendingStep& step) const {
  return std::ranges::any_of(step.effects, [this](const auto& effect) {
    const auto* response = std::get_if<call::Respond>(&effect);
    return response && patient_.contains(response->request);
  });
}

/// The store could not write the step, or not in time, and keeps trying: whoever waits for an answer hears it
/// now; its notifications go out when they are on disk at last.
void CallActor::refuse(PendingStep& step) {
  if (std::exchange(step.refused, true)) return;
  const std::uint64_t number = step.number;
  spdlog::error("call={} step {} could not be written", id_.to_string(), number);
  for (auto& effect : step.effects) {
    if (auto* response = std::get_if<call::Respond>(&effect)) {
      respond(response->request, call::CommandFailure{call::CommandFailure::Kind::internal,
                                                      "The server could not store the request; try again."});
    }
  }
  std::erase_if(step.effects, [](const auto& e) { return !std::holds_alternative<call::Publish>(e); });
  if (number == 1) withdrawn_ = std::exchange(kept_, std::nullopt);  // its request was answered otherwise
  take(call::CommitFailed{number});
}

void CallActor::release_written_steps() {
  while (!pending_.empty() && pending_.front().written) {
    PendingStep step = std::move(pending_.front());
    pending_.pop_front();
    release(std::move(step));
  }
}

void CallActor::release(PendingStep step) {
  auto row = step.outbox.begin();
  for (auto& effect : step.effects) {
    ports_.chronicle.note(id_, effect);
    if (auto* response = std::get_if<call::Respond>(&effect)) {
      respond(response->request, std::move(response->reply));
    } else if (const auto* answer = std::get_if<call::SignalAnswer>(&effect)) {
      ports_.signaling.post_answer(leg(answer->leg), answer->local);
    } else if (const auto* ack = std::get_if<call::SignalAck>(&effect)) {
      ports_.signaling.post_ack(leg(ack->leg));
    } else if (const auto* invite = std::get_if<call::SignalInvite>(&effect)) {
      ports_.signaling.post_invite(leg(invite->leg), invite->invitation);
    } else if (const auto* refer = std::get_if<call::SignalRefer>(&effect)) {
      ports_.signaling.post_refer(leg(refer->leg), refer->referral);
    } else if (const auto* notice = std::get_if<call::Publish>(&effect)) {
      publish(notice->notification, std::move(*row++));
    }
  }
  const bool over = step.call_over;
  if (!over_told_) take(call::StepCommitted{step.number});
  if (over && !std::exchange(over_told_, true)) finish();
}

/// An INVITE that waits for its row would leave behind the hang-up, and nobody would ever take it back.
bool CallActor::withdraw_invite(call::LegId leg) {
  const auto to_leg = [leg](const call::CommittedEffect& effect) {
    const auto* invite = std::get_if<call::SignalInvite>(&effect);
    return invite && invite->leg == leg;
  };
  return std::ranges::any_of(pending_,
                             [&](PendingStep& step) { return std::erase_if(step.effects, to_leg) != 0; });
}

void CallActor::publish(const call::Notification& notification, call::OutboxRow row) {
  auto behind = notification.behind;
  std::erase_if(behind, [this](call::RequestId request) { return !unwritten_.contains(request); });
  ports_.events.post_publish(std::move(row), std::move(behind));
}

void CallActor::respond(call::RequestId request, call::Reply reply) {
  const auto found = replies_.find(request);
  if (found == replies_.end()) return;
  metrics_.count(reply);
  ports_.chronicle.note(id_, graph::Answered{request, reply});
  const ReplyHandler handler = std::move(found->second);
  replies_.erase(found);
  patient_.erase(request);
  handler(std::move(reply));
}

void CallActor::finish() {
  timers_.clear();
  if (const auto last = snapshot_.load()) ports_.chronicle.note(id_, graph::CallOver{*last});
  while (!replies_.empty()) respond(replies_.begin()->first, call_not_found());
  over_(id_);
}

/// The map alone holds the timer: whoever takes it out cancels the wait. A wait that goes on keeps the memory
/// of a call that is long over, for a day if it is that of the longest call.
void CallActor::run(const call::ArmTimer& effect) {
  ArmedTimer& armed = timers_[effect.timer];
  armed = {++last_timer_, std::make_unique<boost::asio::steady_timer>(strand_, effect.after)};
  armed.timer->async_wait([weak = weak_from_this(), key = effect.timer,
                           number = armed.number](boost::system::error_code failure) {
    const auto self = weak.lock();
    if (failure || !self) return;
    const auto found = self->timers_.find(key);
    if (found == self->timers_.end() || found->second.number != number)
      return;  // disarmed or armed again meanwhile
    self->timers_.erase(found);
    self->take(call::TimerFired{key});
  });
}

void CallActor::run(const call::DisarmTimer& effect) {
  timers_.erase(effect.timer);
}

void CallActor::run(const call::OpenMedia& effect) {
  const std::string near = effect.media ? effect.media->remote_rtp.address : std::string();
  ports_.media.post_open(leg(effect.leg), near, effect.media);
}

void CallActor::run(const call::UpdateMedia& effect) {
  ports_.media.post_update(leg(effect.leg), effect.media);
}

void CallActor::run(const call::PrefetchOperation& effect) {
  ports_.media.post_prefetch(leg(effect.leg), call_->owner().application, effect.id, effect.number,
                             effect.spec);
}

void CallActor::run(const call::WarmPrompt& effect) {
  ports_.media.post_warm(call_->owner().application, effect.prompt);
}

void CallActor::run(const call::StartOperation& effect) {
  ports_.media.post_start(leg(effect.leg), effect.number);
}

void CallActor::run(const call::StopOperations& effect) {
  ports_.media.post_stop(leg(effect.leg), effect.stop, effect.numbers);
}

void CallActor::run(const call::SendDtmf& effect) {
  ports_.media.post_send_dtmf(leg(effect.leg), effect.number, effect.tones, effect.delay);
}

void CallActor::run(const call::InjectKey& effect) {
  ports_.media.post_key(leg(effect.leg), effect.tone);
}

void CallActor::run(const call::JoinMedia& effect) {
  ports_.media.post_join(leg(effect.one), leg(effect.other));
}

void CallActor::run(const call::CloseMedia& effect) {
  ports_.media.post_close(leg(effect.leg));
}

void CallActor::run(const call::SignalRinging& effect) {
  ports_.signaling.post_ringing(leg(effect.leg));
}

void CallActor::run(const call::SignalReject& effect) {
  ports_.signaling.post_reject(leg(effect.leg), effect.status, effect.reason, effect.redirect_to);
}

void CallActor::run(const call::SignalHangUp& effect) {
  if (withdraw_invite(effect.leg)) return;
  ports_.signaling.post_hang_up(leg(effect.leg));
}

}  // namespace tonearm::app
