#include "media/call_media.hpp"

#include <utility>

#include "media/kept_packets.hpp"

namespace tonearm::media {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

PromptKey prompt_key(call::ApplicationId application, const call::Prompt& prompt) {
  return {.application = application.to_string(), .url = prompt.uri, .resource_id = prompt.resource_id};
}

PlayRequest play_request(call::ApplicationId application, const call::PlaySpec& spec) {
  PlayRequest request{.items = {}, .forever = spec.loop};
  for (const call::Prompt& prompt : spec.prompts)
    request.items.push_back(
        {.key = prompt_key(application, prompt), .loops = prompt.loop, .prompt = nullptr});
  return request;
}

RecordRequest record_request(call::ApplicationId application, call::OperationId id,
                             const call::RecordSpec& spec) {
  RecordRequest request{.operation = id.value, .prompt = {}, .rules = {}};
  if (spec.prompt)
    request.prompt =
        PlayItem{.key = prompt_key(application, *spec.prompt), .loops = spec.prompt->loop, .prompt = nullptr};
  request.rules = {.beep = spec.play_beep,
                   .initial_silence = spec.initial_silence,
                   .max_silence = spec.max_silence,
                   .max_duration = spec.max_duration,
                   .stop_tones = {spec.stop_tones.begin(), spec.stop_tones.end()}};
  return request;
}

call::EndReason reason_of(RecordEnd end) {
  switch (end) {
    case RecordEnd::max_duration:
      return call::EndReason::record_max_duration;
    case RecordEnd::max_silence:
      return call::EndReason::record_max_silence;
    case RecordEnd::initial_silence:
      return call::EndReason::record_initial_silence;
    case RecordEnd::stop_tone:
      return call::EndReason::record_stop_tone;
    case RecordEnd::prompt_failed:
      return call::EndReason::record_prompt_failed;
    case RecordEnd::cut:
      break;
  }
  return call::EndReason::record_cancelled;
}

call::StopOutcome outcome_of(StopOutcome outcome) {
  switch (outcome) {
    case StopOutcome::nothing:
      return call::StopOutcome::nothing;
    case StopOutcome::never_started:
      return call::StopOutcome::never_started;
    case StopOutcome::cut:
      return call::StopOutcome::cut;
    case StopOutcome::completed:
      return call::StopOutcome::completed;
  }
  return call::StopOutcome::nothing;
}

// The domain's tones stand in the order of the event codes.
static_assert(static_cast<int>(call::Tone::star) == static_cast<int>(Key::star));
static_assert(static_cast<int>(call::Tone::flash) == static_cast<int>(Key::flash));

Key key_of(call::Tone tone) {
  return Key(static_cast<std::uint8_t>(tone));
}

call::Tone tone_of(Key key) {
  return call::Tone(static_cast<std::uint8_t>(key));
}

KeySource key_source(call::KeySource source) {
  switch (source) {
    case call::KeySource::automatic:
      return KeySource::automatic;
    case call::KeySource::rfc4733:
      return KeySource::rfc4733;
    case call::KeySource::info:
      return KeySource::info;
    case call::KeySource::in_band:
      return KeySource::in_band;
  }
  return KeySource::automatic;
}

call::MediaBody body_of(const Failed& failed) {
  return call::PromptFailed{call::OperationNumber(failed.number),
                            failed.failure.kind == PromptFailure::Kind::download, failed.failure.cause};
}

call::MediaBody body_of(const Ended& ended) {
  call::OperationFinished finished{
      .number = call::OperationNumber(ended.number), .cause = {}, .sent = ended.sent};
  if (ended.failure) {
    finished.reason = ended.failure->kind == PromptFailure::Kind::download
                          ? call::EndReason::prompt_download_failed
                          : call::EndReason::prompt_format_invalid;
    finished.cause = ended.failure->cause;
  }
  return finished;
}

call::MediaBody body_of(const RecordEnded& ended) {
  return call::OperationFinished{.number = call::OperationNumber(ended.number),
                                 .reason = reason_of(ended.end),
                                 .cause = ended.failure ? ended.failure->cause : "",
                                 .sent = ended.captured};
}

call::MediaBody body_of(const RecordWritten& written) {
  return call::RecordWritten{call::OperationNumber(written.number), written.ok, written.cause};
}

call::MediaBody body_of(const Stopped& stopped) {
  call::StopAcknowledged acknowledged{call::StopId(stopped.stop), stopped.cut_at, {}};
  for (const StopResult& result : stopped.results)
    acknowledged.operations.push_back(
        {call::OperationNumber(result.number), outcome_of(result.outcome), result.sent});
  return acknowledged;
}

call::MediaStats media_stats(const StreamStats& stats) {
  return {.packets_sent = stats.packets_sent,
          .packets_received = stats.packets_received,
          .packets_lost = stats.packets_lost,
          .jitter = stats.jitter,
          .remote_packets_lost = stats.remote_lost,
          .remote_jitter = stats.remote_jitter,
          .round_trip = stats.round_trip};
}

call::MediaBody body_of(const Report& report, const std::string& public_address) {
  const auto seen_from_outside = [&](base::Endpoint endpoint) {
    if (!public_address.empty()) endpoint.address = public_address;
    return endpoint;
  };
  return std::visit(
      Overloaded{
          [&](const Opened& opened) -> call::MediaBody {
            return call::SessionOpened{{seen_from_outside(opened.rtp), seen_from_outside(opened.rtcp)}};
          },
          [](const OpenFailed& failed) -> call::MediaBody { return call::SessionFailed{failed.cause}; },
          [](const Ready& ready) -> call::MediaBody {
            return call::PromptReady{call::OperationNumber(ready.number)};
          },
          [](const Started& started) -> call::MediaBody {
            return call::OperationStarted{call::OperationNumber(started.number)};
          },
          [](const MediaLost&) -> call::MediaBody { return call::MediaLost{}; },
          [](const KeyHeard& heard) -> call::MediaBody { return call::KeyPressed{tone_of(heard.key)}; },
          [](const KeysSent& sent) -> call::MediaBody {
            return call::DtmfSent{call::OperationNumber(sent.number)};
          },
          [](const Closed& closed) -> call::MediaBody {
            return call::SessionClosed{media_stats(closed.stats)};
          },
          [](const auto& other) -> call::MediaBody { return body_of(other); },
      },
      report);
}

}  // namespace

struct CallMedia::Shared {
  Shared(call::MediaListener& heard_by, std::string address)
      : listener(heard_by), public_address(std::move(address)) {}

  call::MediaListener& listener;
  const std::string public_address;
  void forget(call::LegRef leg, SessionPackets last) {
    const std::lock_guard lock(mutex);
    sessions.erase(leg);
    kept.keep(leg.call, seen_from_outside(std::move(last)), base::SteadyClock::now());
  }
  /// Where we listen everywhere, no packet says at which of our addresses it came.
  [[nodiscard]] SessionPackets seen_from_outside(SessionPackets packets) const {
    if (SourceAddress::from(packets.local).is_unspecified()) packets.local.address = public_address;
    return packets;
  }

  mutable std::mutex mutex;  // guards all below
  std::unordered_map<call::LegRef, std::shared_ptr<Session>> sessions;
  KeptPackets kept;
};

/// What the sessions of a call answer, until the last one has. Threading: the dispatcher's thread.
struct CallMedia::Gathering {
  void take(SessionPackets packets) {
    found.push_back(std::move(packets));
    if (found.size() == wanted) done(std::move(found));
  }

  PacketsRead done;
  std::vector<SessionPackets> found;
  std::size_t wanted = 0;
};

CallMedia::CallMedia(Engine& engine, call::MediaListener& listener, std::string public_address)
    : engine_(engine), shared_(std::make_shared<Shared>(listener, std::move(public_address))) {}

CallMedia::~CallMedia() = default;

std::shared_ptr<Session> CallMedia::find(call::LegRef leg) const {
  const std::lock_guard lock(shared_->mutex);
  const auto found = shared_->sessions.find(leg);
  return found == shared_->sessions.end() ? nullptr : found->second;
}

void CallMedia::tell(call::LegRef leg, call::MediaBody body) {
  engine_.dispatcher().tell(
      [shared = shared_, leg, body = std::move(body)] { shared->listener.on_media(leg, body); });
}

void CallMedia::post_open(call::LegRef leg, std::string, std::optional<call::MediaDescription> media) {
  Engine::OpenRequest request{.sink = {}, .settings = {}, .address = {}, .tap = nullptr};
  if (media) request.settings = stream_settings(*media);
  request.sink = [shared = shared_, leg](const Report& report) {
    if (const auto* closed = std::get_if<Closed>(&report)) shared->forget(leg, closed->last);
    shared->listener.on_media(leg, body_of(report, shared->public_address));
  };
  // Under the lock, so that whoever hears of the session finds it.
  const std::lock_guard lock(shared_->mutex);
  auto session = engine_.open(std::move(request));
  if (session)
    shared_->sessions.emplace(leg, std::move(*session));
  else
    tell(leg, call::SessionFailed{session.error().message()});
}

void CallMedia::post_update(call::LegRef leg, call::MediaDescription media) {
  if (const auto session = find(leg)) session->post_update(stream_settings(media));
}

void CallMedia::post_prefetch(call::LegRef leg, call::ApplicationId application, call::OperationId id,
                              call::OperationNumber number,
                              std::variant<call::PlaySpec, call::RecordSpec> spec) {
  const auto session = find(leg);
  if (!session) return;
  if (const auto* record = std::get_if<call::RecordSpec>(&spec))
    session->post_prepare(number.value, record_request(application, id, *record));
  else
    session->post_prepare(number.value, play_request(application, std::get<call::PlaySpec>(spec)));
}

void CallMedia::post_warm(call::ApplicationId application, call::Prompt prompt) {
  engine_.prompts().request(prompt_key(application, prompt), [](const PromptResult&) {});
}

void CallMedia::post_start(call::LegRef leg, call::OperationNumber number) {
  if (const auto session = find(leg)) session->post_start(number.value);
}

void CallMedia::post_stop(call::LegRef leg, call::StopId stop, std::vector<call::OperationNumber> numbers) {
  std::vector<OperationNumber> plain;
  for (const auto number : numbers) plain.push_back(number.value);
  if (const auto session = find(leg)) return session->post_stop(stop.value, plain);
  call::StopAcknowledged nothing{stop, {}, {}};
  for (const auto number : numbers) nothing.operations.push_back({number, call::StopOutcome::nothing, {}});
  tell(leg, std::move(nothing));
}

void CallMedia::post_send_dtmf(call::LegRef leg, call::OperationNumber number, std::vector<call::Tone> tones,
                               std::chrono::milliseconds delay) {
  std::vector<Key> keys;
  for (const call::Tone tone : tones) keys.push_back(key_of(tone));
  if (const auto session = find(leg)) session->post_send_keys(number.value, std::move(keys), delay);
}

void CallMedia::post_key(call::LegRef leg, call::Tone tone) {
  if (const auto session = find(leg)) session->post_key(key_of(tone));
}

void CallMedia::post_join(call::LegRef one, call::LegRef other) {
  const auto first = find(one);
  const auto second = find(other);
  if (!first || !second) return;
  const auto there = std::make_shared<RelayRing>(Relay::kRing);
  const auto back = std::make_shared<RelayRing>(Relay::kRing);
  first->post_relay(std::make_unique<Relay>(back, there));
  second->post_relay(std::make_unique<Relay>(there, back));
}

void CallMedia::post_close(call::LegRef leg) {
  if (const auto session = find(leg)) return session->post_close();
  tell(leg, call::SessionClosed{});
}

void CallMedia::post_read_packets(call::CallId call, PacketsRead done) {
  const auto gathering = std::make_shared<Gathering>(std::move(done));
  std::vector<std::shared_ptr<Session>> live;
  {
    const std::lock_guard lock(shared_->mutex);
    gathering->found = shared_->kept.of(call, base::SteadyClock::now());
    for (const auto& [leg, session] : shared_->sessions)
      if (leg.call == call) live.push_back(session);
  }
  gathering->wanted = gathering->found.size() + live.size();
  if (live.empty())
    return engine_.dispatcher().tell([gathering] { gathering->done(std::move(gathering->found)); });
  for (const auto& session : live)
    session->post_read_packets([gathering, shared = shared_](SessionPackets packets) {
      gathering->take(shared->seen_from_outside(std::move(packets)));
    });
}

StreamSettings stream_settings(const call::MediaDescription& media) {
  StreamSettings settings;
  settings.remote = SourceAddress::from(media.remote_rtp);
  settings.remote_rtcp = SourceAddress::from(media.remote_rtcp);
  settings.rtcp_mux = media.rtcp_mux;
  settings.codec = media.codec == call::Codec::pcmu ? Codec::pcmu : Codec::pcma;
  settings.send_payload_type = media.send_payload_type;
  settings.receive_payload_type = media.receive_payload_type;
  settings.send_event_payload_type = media.send_event_payload_type;
  settings.receive_event_payload_type = media.receive_event_payload_type;
  settings.ptime_ms = media.send_ptime.count() < kFrameMs ? kFrameMs / 2 : kFrameMs;
  const bool may_send = media.direction == call::MediaDirection::send_receive ||
                        media.direction == call::MediaDirection::send_only;
  settings.send = may_send && !media.remote_hold;
  settings.held = media.remote_hold || media.direction != call::MediaDirection::send_receive;
  settings.may_move = media.may_move;
  settings.keys = key_source(media.keys);
  return settings;
}

}  // namespace tonearm::media
