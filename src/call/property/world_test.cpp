#include "call/property/world.hpp"

#include <algorithm>

#include "call/media_operation.hpp"

namespace tonearm::call::property {
namespace {

using What = Event::What;

constexpr LegId kLeg{1};

bool has_work(const Step& step) {
  return step.rows.call || !step.rows.operations.empty() || !step.rows.dialogs.empty() ||
         step.rows.call_over || !step.notifications.empty() || !step.effects.after_commit.empty();
}

bool ended_by_stop(EndReason reason) {
  switch (reason) {
    case EndReason::play_cancelled:
    case EndReason::record_cancelled:
    case EndReason::record_call_ended_with_audio:
    case EndReason::record_call_ended_without_audio:
    case EndReason::record_media_lost_with_audio:
    case EndReason::record_media_lost_without_audio:
      return true;
    default:
      return false;
  }
}

}  // namespace

MediaDescription World::some_media() {
  MediaDescription media;
  media.remote_rtp.port = 4000;
  return media;
}

World::World(std::uint64_t seed) : dice_(seed), ids_(seed ^ 0x5eed), engine_(dice_) {}

Stamp World::stamp() {
  now_ += base::milliseconds(dice_.below(20));
  return {now_, base::WallTime(now_.time_since_epoch()), ids_};
}

const Trace& World::run() {
  CallSetup setup;
  setup.webhook = "http://127.0.0.1:9000/api/calls";
  setup.policy.queue_max = 1 + dice_.below(6);
  setup.policy.auto_answer = dice_.percent(5);
  if (dice_.percent(30)) setup.policy.fallback = dice_.percent(50) ? "503" : "sip:desk@127.0.0.1";
  const LegRef leg{CallId(ids_.guid()), kLeg};
  if (dice_.percent(80)) {
    IncomingInvite invite;
    invite.leg = leg;
    if (dice_.percent(90)) invite.media = some_media();
    auto [call, step] = Call::incoming(invite, std::move(setup), stamp());
    call_ = std::move(call);
    carry_out(std::move(step));
  } else {
    OutgoingCall order;
    order.leg = leg;
    order.context.request = RequestId(++last_request_);
    owed_[CallEvent::establishing] = order.context.request;
    note({.what = What::requested, .request = order.context.request});
    auto [call, step] = Call::outgoing(order, std::move(setup), stamp());
    call_ = std::move(call);
    carry_out(std::move(step));
  }
  // Most histories get to a call that sounds; what then happens is anybody's guess.
  if (dice_.percent(85)) {
    for (int i = 0; i < 60 && !shown_->audio_was_active; ++i) settle_once();
  }
  const std::size_t actions = 10 + dice_.below(110);
  for (std::size_t i = 0; i < actions; ++i) act();
  settle();
  return trace_;
}

void World::act() {
  const std::size_t dice = dice_.below(1'000);
  if (dice < 140) return send_command();
  if (dice < 300) return carry_out_command();
  if (dice < 490) return engine_.progress();
  if (dice < 670) return media_report();
  if (dice < 690) return stale_report();
  if (dice < 810) return commit_next();
  if (dice < 815) return fail_commit();
  if (dice < 890) return write_response();
  if (dice < 975) return void(deliver_next());
  if (dice < 990) return send_signal();
  if (dice < 994) return fire_timer();
  if (act_for_target() || dice_.percent(95)) return;
  if (dice_.percent(60)) return engine_.die();
  feed(dice_.percent(50) ? Input(BotSilent{}) : Input(ServerStopping{}));
}

void World::carry_out_command() {
  if (engine_.has_commands()) engine_.carry_out_next();
}

// ---- the end of a history

/// Lets everything that is on its way happen, and answers an offer as a bot would. False if nothing is.
bool World::settle_once() {
  if (engine_.has_commands()) {
    engine_.carry_out_next();
  } else if (engine_.has_reports()) {
    media_report();
  } else if (!pending_.empty()) {
    commit_next();
  } else if (!unwritten_.empty()) {
    write_response();
  } else if (act_for_target()) {
  } else if (answer_out_ && shown_->state == CallState::established && !shown_->audio_was_active) {
    feed(SignalInput{kLeg, LegAcked{some_media()}});
  } else if (invite_out_ && shown_->state == CallState::establishing) {
    feed(SignalInput{kLeg, LegAnswered{some_media(), "dialog"}});
  } else if (!deliver_next()) {
    if (shown_->state != CallState::incoming) return engine_.finish_writing();
    command(AnswerCommand{});
  }
  return true;
}

void World::settle() {
  if (!call_->over() && shown_->state == CallState::incoming) {
    feed(dice_.percent(50) ? Input(SignalInput{kLeg, LegCancelled{}}) : Input(ServerStopping{}));
  }
  for (int round = 0; round < 2'000; ++round) {
    if (settle_once()) continue;
    if (call_->over()) return;
    if (is_ending(shown_->state)) {
      if (timers_.empty()) return;  // stuck: the checker says so
      fire_timer();
    } else if (dice_.percent(50)) {
      feed(SignalInput{kLeg, LegHungUp{}});
    } else {
      command(DeleteCommand{});
    }
  }
}

// ---- the shell

void World::feed(const Input& input) {
  if (const auto* media = std::get_if<MediaInput>(&input)) {
    const bool closed = std::holds_alternative<SessionClosed>(media->body) ||
                        std::holds_alternative<SessionFailed>(media->body);
    if (closed) sessions_.erase(media->leg);
  }
  carry_out(call_->advance(input, stamp()));
}

void World::carry_out(Step step) {
  watch_operations(step);
  watch_refusals(step);
  for (const NowEffect& effect : step.effects.now) run_now(effect);
  shown_ = step.snapshot;
  if (has_work(step)) pending_.push_back({step.number, false, std::move(step.effects.after_commit)});
}

void World::run_now(const NowEffect& effect) {
  if (const auto* arm = std::get_if<ArmTimer>(&effect)) {
    std::erase(timers_, arm->timer);
    timers_.push_back(arm->timer);
  } else if (const auto* disarm = std::get_if<DisarmTimer>(&effect)) {
    if (dice_.percent(95)) std::erase(timers_, disarm->timer);  // else it is already on its way
  } else if (const auto* start = std::get_if<StartOperation>(&effect)) {
    note({.what = What::start_posted, .number = start->number});
  } else if (const auto* stop = std::get_if<StopOperations>(&effect)) {
    stops_[stop->stop] = stop->numbers;
    note({.what = What::stop_posted, .stop = stop->stop, .numbers = stop->numbers});
  }
  run_for_target(effect);
  if (ModelEngine::is_for_media(effect) && !is_for_target(effect)) engine_.post(effect);
}

void World::commit_next() {
  if (pending_.empty()) return;
  PendingStep step = std::move(pending_.front());
  pending_.pop_front();
  release(std::move(step));
}

/// The first attempt to write some step fails; it stays where it is and is written later.
void World::fail_commit() {
  if (pending_.empty()) return;
  PendingStep& step = pending_.front();
  if (step.failed) return;
  step.failed = true;
  for (const CommittedEffect& effect : step.effects) {
    if (const auto* response = std::get_if<Respond>(&effect)) reply(response->request, response->reply, true);
  }
  std::erase_if(step.effects, [](const auto& effect) { return !std::holds_alternative<Publish>(effect); });
  feed(CommitFailed{step.number});
}

void World::release(PendingStep step) {
  for (const CommittedEffect& effect : step.effects) {
    if (const auto* response = std::get_if<Respond>(&effect)) {
      reply(response->request, response->reply, false);
    } else if (const auto* publish = std::get_if<Publish>(&effect)) {
      outbox_.push_back(publish->notification);
    } else if (std::holds_alternative<SignalAnswer>(effect)) {
      answer_out_ = true;
    } else if (const auto* ack = std::get_if<SignalAck>(&effect)) {
      if (targets_[ack->leg].answered && !hung_up_.contains(ack->leg)) legs_up_.insert(ack->leg);
    } else if (const auto* invite = std::get_if<SignalInvite>(&effect)) {
      if (invite->leg == kLeg) invite_out_ = true;
      if (invite->leg != kLeg) targets_[invite->leg].invited = true;
    } else if (std::holds_alternative<SignalRefer>(effect)) {
      refer_out_ = true;
    }
  }
  if (dice_.percent(90)) {
    feed(StepCommitted{step.number});
  } else {  // something else comes first
    if (answer_out_) feed(SignalInput{kLeg, LegAcked{some_media()}});
    feed(StepCommitted{step.number});
  }
}

void World::reply(RequestId request, const Reply& reply, bool refused) {
  Event event{.what = What::replied, .request = request};
  event.ok = !refused && !std::holds_alternative<CommandFailure>(reply);
  if (const auto* view = std::get_if<OperationView>(&reply)) {
    const bool counted = view->ending == std::nullopt;  // else it is over in its answer
    event.operation = view->id;
    event.record = view->kind == OperationKind::record;
    if (counted) event.created = true;
    event.number = view->number;
    event.cancelled = view->cancelled;
  }
  note(std::move(event));
  unwritten_.push_back(request);
}

void World::write_response() {
  if (unwritten_.empty()) return;
  const std::size_t which = dice_.below(unwritten_.size());  // on different connections
  const RequestId request = unwritten_[which];
  unwritten_.erase(unwritten_.begin() + static_cast<std::ptrdiff_t>(which));
  note({.what = What::written, .request = request});
  written_.insert(request);
}

bool World::deliver_next() {
  if (outbox_.empty()) return false;
  const Notification& front = outbox_.front();
  if (!std::ranges::all_of(front.behind, [this](RequestId id) { return written_.contains(id); }))
    return false;
  Event event{.what = What::delivered, .notification = front.number};
  if (const auto* notice = std::get_if<CallNotice>(&front.what)) {
    event.call_event = notice->event;
    event.request = owed_before(notice->event);
  } else {
    const OperationView& view = std::get<OperationNotice>(front.what).operation;
    event.operation = view.id;
    event.number = view.number;
    event.reason = view.ending->reason;
  }
  const NotificationNumber number = front.number;
  note(std::move(event));
  outbox_.pop_front();
  if (call_->over()) return true;
  feed(dice_.percent(97) ? Input(NotificationDelivered{number}) : Input(NotificationParked{number}));
  return true;
}

RequestId World::owed_before(CallEvent event) const {
  const auto found = owed_.find(event);
  return found == owed_.end() ? RequestId{} : found->second;
}

void World::fire_timer() {
  if (timers_.empty()) return;
  const std::size_t which = dice_.below(timers_.size());
  const TimerKey key = timers_[which];
  timers_.erase(timers_.begin() + static_cast<std::ptrdiff_t>(which));
  feed(TimerFired{key});
}

// ---- the bot and the caller

void World::send_command() {
  Event event;
  const Command some = dice_.percent(18) ? some_cancel(event) : some_command();
  command(some, std::move(event));
}

void World::command(const Command& command, Event event) {
  CommandContext context;
  context.request = RequestId(++last_request_);
  context.received = now_;
  context.base_url = "https://127.0.0.1:8443/v1.0";
  event.request = context.request;
  const bool alive = !is_ending(shown_->state);
  if (alive && std::holds_alternative<DeleteCommand>(command))
    owed_[CallEvent::terminating] = context.request;
  if (shown_->state == CallState::incoming) {
    if (std::holds_alternative<AnswerCommand>(command)) owed_[CallEvent::establishing] = context.request;
    if (std::holds_alternative<RejectCommand>(command) || std::holds_alternative<RedirectCommand>(command))
      owed_[CallEvent::ended] = context.request;
  }
  note(std::move(event));
  Step step = call_->advance(CommandInput{context, command}, stamp());
  for (const NowEffect& effect : step.effects.now) {
    if (const auto* prefetch = std::get_if<PrefetchOperation>(&effect))
      held_[context.request] = prefetch->number;
  }
  carry_out(std::move(step));
}

TransferCommand World::some_transfer() {
  TransferCommand command;
  command.target = {Party::Kind::phone, "+14255550101", {}, {}};
  if (dice_.percent(30)) command.replaces = CallId(ids_.guid());
  return command;
}

Command World::some_command() {
  if (dice_.percent(4)) return some_transfer();
  if (dice_.percent(2)) return UpdateRecordingStatusCommand{};
  const std::size_t dice = dice_.below(100);
  if (dice < 50) return PlayCommand{some_play(), {}};
  if (dice < 72) return RecordCommand{some_record(), {}};
  if (dice < 80) return SubscribeToToneCommand{};
  if (dice < 86) return SendDtmfCommand{{Tone::t1}, {}, {}};
  if (dice < 90) return KeepAliveCommand{};
  if (dice < 94) return AnswerCommand{};
  if (dice < 96) return some_redirect();
  if (dice < 99) return RejectCommand{};
  return DeleteCommand{};
}

Command World::some_cancel(Event& event) {
  event.cancel = true;
  CancelCommand command;
  event.numbers.assign(queue_.begin(), queue_.end());
  if (dice_.percent(60) || queue_.empty()) return command;
  event.scoped = true;
  if (dice_.percent(50)) {
    command.scope = CancelScope::current;
    event.numbers.resize(1);
  } else {
    command.scope = CancelScope::queued;
    event.numbers.erase(event.numbers.begin());
  }
  return command;
}

PlaySpec World::some_play() {
  PlaySpec spec;
  spec.prompts.push_back({"http://127.0.0.1:9000/a.wav", {}, 1});
  spec.loop = dice_.percent(10);
  return spec;
}

RecordSpec World::some_record() {
  RecordSpec spec;
  if (dice_.percent(50)) spec.prompt = Prompt{"http://127.0.0.1:9000/a.wav", {}, 1};
  spec.barge_in = dice_.percent(25);
  return spec;
}

/// Its last word, or that there will be one.
void World::tell_of_transfer() {
  using Outcome = LegReferred::Outcome;
  const std::size_t dice = dice_.below(100);
  refer_out_ = dice < 50;
  const Outcome outcome = dice < 50 ? Outcome::accepted : dice < 70 ? Outcome::done : Outcome::failed;
  feed(SignalInput{kLeg, LegReferred{outcome, 0, {}}});
}

void World::send_signal() {
  if (refer_out_ && dice_.percent(60)) return tell_of_transfer();
  const std::size_t dice = dice_.below(100);
  if (dice < 40) return feed(SignalInput{kLeg, LegMediaChanged{some_media(), "dialog"}});
  if (dice < 60 && answer_out_) return feed(SignalInput{kLeg, LegAcked{some_media()}});
  if (dice < 70) return feed(SignalInput{kLeg, LegRinging{}});
  if (dice < 80 && invite_out_) return feed(SignalInput{kLeg, LegAnswered{some_media(), "dialog"}});
  if (dice < 88) return feed(SignalInput{kLeg, LegHungUp{}});
  if (dice < 95)
    return feed(SignalInput{kLeg, LegFailed{static_cast<int>(400 + dice_.below(300)), false, {}}});
  if (!answer_out_) feed(SignalInput{kLeg, LegCancelled{}});
}

void World::media_report() {
  const auto report = engine_.next_report();
  if (!report) return;
  watch_report(*report);
  told_.push_back(*report);
  feed(MediaInput{kLeg, *report});
}

/// Said before, or about something that never was.
void World::stale_report() {
  if (told_.empty() || dice_.percent(20)) {
    feed(MediaInput{kLeg, OperationFinished{OperationNumber(9'999), EndReason::play_finished, {}, {}}});
    return feed(MediaInput{kLeg, StopAcknowledged{StopId(9'999), {}, {}}});
  }
  const MediaBody& report = told_[dice_.below(told_.size())];
  if (!std::holds_alternative<KeyPressed>(report)) feed(MediaInput{kLeg, report});
}

// ---- what the outside can see

void World::watch_report(const MediaBody& report) {
  if (const auto* finished = std::get_if<OperationFinished>(&report)) {
    queue_.erase(finished->number);
    note({.what = What::audio_over, .number = finished->number});
  } else if (const auto* acked = std::get_if<StopAcknowledged>(&report)) {
    for (const OperationNumber number : stops_[acked->stop]) queue_.erase(number);
    note({.what = What::stop_acked, .stop = acked->stop, .numbers = {}});
  } else if (std::holds_alternative<KeyPressed>(report) && subscribed_ && !call_->over()) {
    note({.what = What::key});
  }
}

void World::watch_operations(const Step& step) {
  for (const NowEffect& effect : step.effects.now) {
    if (const auto* prefetch = std::get_if<PrefetchOperation>(&effect)) queue_.insert(prefetch->number);
  }
  for (const OperationView& view : step.rows.operations) {
    if (view.kind == OperationKind::subscribe_to_tone)
      subscribed_ = std::ranges::any_of(step.snapshot->operations, [](const auto& entry) {
        return entry.second.kind == OperationKind::subscribe_to_tone;
      });
    if (view.number.value == 0) continue;
    if (view.ending) {
      queue_.erase(view.number);
      if (!ended_by_stop(view.ending->reason)) note({.what = What::audio_over, .number = view.number});
    } else if (view.status == OperationStatus::running && running_.insert(view.number).second) {
      note({.what = What::running_shown, .number = view.number});
    }
  }
}

/// A record whose barge-in was answered 500 was never created.
void World::watch_refusals(const Step& step) {
  for (const CommittedEffect& effect : step.effects.after_commit) {
    const auto* response = std::get_if<Respond>(&effect);
    if (!response || !std::holds_alternative<CommandFailure>(response->reply)) continue;
    const auto held = held_.find(response->request);
    if (held != held_.end()) queue_.erase(held->second);
  }
}

}  // namespace tonearm::call::property
