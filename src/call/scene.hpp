#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "call/call.hpp"

namespace tonearm::call {

/// A call on a stage, for tests: says what happened, keeps what came of it. Steps are committed at once
/// unless `hold_commits`.
class Scene {
 public:
  static constexpr LegId kLeg{1};

  explicit Scene(CallPolicy policy = {}, bool pstn = false, bool late_offer = false) {
    IncomingInvite invite;
    invite.leg = {CallId(ids_.guid()), kLeg};
    if (!late_offer) invite.media = media();
    invite.from_pstn = pstn;
    invite.dialog = "dialog";
    take(Call::incoming(invite, {Owner{}, std::move(policy), "http://127.0.0.1:9000/api/calls"}, stamp()));
  }
  static Scene outgoing(CallPolicy policy = {}) { return Scene(Dial{}, std::move(policy)); }

  static MediaDescription media(std::uint16_t port = 4000) {
    MediaDescription description;
    description.remote_rtp.port = port;
    return description;
  }

  // ---- what happens
  Step feed(const Input& input) { return keep(call->advance(input, stamp())); }
  RequestId command(Command command) {
    CommandContext context;
    context.request = RequestId(++last_request_);
    context.received = now;
    context.base_url = "https://127.0.0.1:8443/v1.0";
    feed(CommandInput{context, std::move(command)});
    return context.request;
  }
  void signal(SignalBody body) { feed(SignalInput{kLeg, std::move(body)}); }
  void media_says(MediaBody body) { feed(MediaInput{kLeg, std::move(body)}); }
  void fire(TimerKind kind, std::uint64_t subject = 0) { feed(TimerFired{{kind, subject}}); }
  void accepted_by_bot() { feed(NotificationDelivered{NotificationNumber(1)}); }
  Scene& establish() {
    accepted_by_bot();
    command(AnswerCommand{});
    media_says(SessionOpened{});
    return *this;
  }
  Scene& with_audio() {
    establish();
    signal(LegAcked{media()});
    return *this;
  }
  OperationView play(bool loop = false) {
    PlayCommand play;
    play.spec.prompts = {{"http://127.0.0.1:9000/a.wav", {}, 1}};
    play.spec.loop = loop;
    return operation(command(play));
  }
  OperationView record(bool barge_in = false) {
    RecordCommand record;
    record.spec.barge_in = barge_in;
    return operation(command(record));
  }
  void ready(OperationNumber number) { media_says(PromptReady{number}); }
  void started(OperationNumber number) { media_says(OperationStarted{number}); }
  void finished(OperationNumber number, EndReason reason = EndReason::play_finished, int sent_ms = 500) {
    media_says(OperationFinished{number, reason, {}, base::milliseconds(sent_ms)});
  }
  OperationView sounding_play() {
    OperationView view = play();
    ready(view.number);
    started(view.number);
    return view;
  }
  OperationView sounding_record() {
    OperationView view = record();
    ready(view.number);
    started(view.number);
    return view;
  }
  /// Acknowledges the last stop: the first of it was cut after `sent_ms`, the others never started.
  void acknowledge(int sent_ms = 200) { acknowledge(*last<StopOperations>(), sent_ms); }
  void acknowledge(const StopOperations& stop, int sent_ms = 200) {
    StopAcknowledged ack{stop.stop, now, {}};
    for (const OperationNumber number : stop.numbers) {
      const bool first = number == stop.numbers.front();
      ack.operations.push_back({number, first ? StopOutcome::cut : StopOutcome::never_started,
                                base::milliseconds(first ? sent_ms : 0)});
    }
    media_says(std::move(ack));
  }
  void close_session() { media_says(SessionClosed{}); }

  // ---- what came of it
  [[nodiscard]] CallState state() const { return shown->state; }
  [[nodiscard]] bool answered(RequestId request) const { return replies.contains(request); }
  [[nodiscard]] bool accepted(RequestId request) const {
    return answered(request) && std::holds_alternative<Accepted>(replies.at(request));
  }
  [[nodiscard]] OperationView operation(RequestId request) const {
    if (!answered(request)) return {};
    const auto* view = std::get_if<OperationView>(&replies.at(request));
    return view ? *view : OperationView{};
  }
  [[nodiscard]] std::optional<CommandFailure::Kind> refusal(RequestId request) const {
    if (!answered(request)) return std::nullopt;
    const auto* failure = std::get_if<CommandFailure>(&replies.at(request));
    return failure ? std::optional(failure->kind) : std::nullopt;
  }
  /// "offered establishing #1:play_finished …" would be long: events as numbers of `CallEvent`, endings by
  /// operation.
  [[nodiscard]] std::vector<CallEvent> events() const {
    std::vector<CallEvent> events;
    for (const auto& n : notifications) {
      if (const auto* notice = std::get_if<CallNotice>(&n.what)) events.push_back(notice->event);
    }
    return events;
  }
  [[nodiscard]] std::vector<OperationView> endings() const {
    std::vector<OperationView> endings;
    for (const auto& n : notifications) {
      if (const auto* notice = std::get_if<OperationNotice>(&n.what)) endings.push_back(notice->operation);
    }
    return endings;
  }
  [[nodiscard]] std::vector<EndReason> reasons() const {
    std::vector<EndReason> reasons;
    for (const auto& view : endings()) reasons.push_back(view.ending->reason);
    return reasons;
  }
  /// The last effect of this kind.
  template <class Effect>
  [[nodiscard]] std::optional<Effect> last() const {
    for (auto effect = effects.rbegin(); effect != effects.rend(); ++effect) {
      if (const auto* found = std::get_if<Effect>(&*effect)) return *found;
    }
    return std::nullopt;
  }
  template <class Effect>
  [[nodiscard]] std::ptrdiff_t count() const {
    return std::ranges::count_if(effects, [](const auto& e) { return std::holds_alternative<Effect>(e); });
  }
  [[nodiscard]] std::vector<OperationNumber> starts() const {
    std::vector<OperationNumber> starts;
    for (const auto& effect : effects) {
      if (const auto* start = std::get_if<StartOperation>(&effect)) starts.push_back(start->number);
    }
    return starts;
  }
  [[nodiscard]] OperationStatus status(const OperationView& view) const {
    return shown->operations.at(view.id).status;
  }

  std::unique_ptr<Call> call;
  base::TimePoint now{base::seconds(100)};
  bool hold_commits = false;
  std::vector<std::uint64_t> held;  ///< Steps not committed, while `hold_commits`.
  std::vector<NowEffect> effects;
  std::vector<CommittedEffect> committed;
  std::vector<Notification> notifications;
  std::map<RequestId, Reply> replies;
  SnapshotPtr shown;

 private:
  struct Dial {};
  Scene(Dial, CallPolicy policy) {
    OutgoingCall order;
    order.leg = {CallId(ids_.guid()), kLeg};
    order.callback_uri = "http://127.0.0.1:9000/callback";
    order.context.request = RequestId(++last_request_);
    take(Call::outgoing(order, {Owner{}, std::move(policy), {}}, stamp()));
  }

  Stamp stamp() { return {now, base::WallTime(now.time_since_epoch()), ids_}; }
  void take(Call::Made made) {
    call = std::move(made.first);
    keep(std::move(made.second));
  }
  Step keep(Step step) {
    shown = step.snapshot;
    effects.insert(effects.end(), step.effects.now.begin(), step.effects.now.end());
    for (const auto& effect : step.effects.after_commit) {
      committed.push_back(effect);
      if (const auto* response = std::get_if<Respond>(&effect)) {
        EXPECT_TRUE(replies.emplace(response->request, response->reply).second) << "answered twice";
      }
    }
    notifications.insert(notifications.end(), step.notifications.begin(), step.notifications.end());
    const bool waits = step.rows.call || !step.rows.operations.empty() || !step.effects.after_commit.empty();
    if (waits && hold_commits) held.push_back(step.number);
    if (waits && !hold_commits) feed(StepCommitted{step.number});
    return step;
  }

  SeededIds ids_{7};
  std::uint64_t last_request_ = 0;
};

}  // namespace tonearm::call
