#include <array>

#include <boost/json/array.hpp>

#include "graph/describe_event.hpp"
#include "graph/event_details.hpp"
#include "graph/names.hpp"
#include "graph/stats_json.hpp"
#include "graph/text.hpp"

namespace tonearm::graph {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 11> kTimers{
    "botAcceptance", "answerDeadline", "ringing",     "keepAlive",   "longestDuration", "stopSlow",
    "stopDead",      "sessionOpen",    "recordFlush", "promptFetch", "transfer"};
constexpr std::array<std::string_view, 3> kReferOutcomes{"accepted", "done", "failed"};
constexpr std::array<std::string_view, 4> kStopOutcomes{"nothing", "neverStarted", "cut", "completed"};

/// The name of an action and what was asked for.
struct Asked {
  std::string_view action;
  json::object details = {};
};

json::array prompt_list(const std::vector<call::Prompt>& prompts) {
  json::array list;
  for (const auto& prompt : prompts) list.push_back(json::string(public_part(prompt.uri)));
  return list;
}

Asked asked(const call::AnswerCommand& command) {
  return {"answer", {{"callbackUri", public_part(command.callback_uri)}}};
}
Asked asked(const call::RejectCommand& command) {
  return {"reject", {{"reason", reject_reasons()[static_cast<std::size_t>(command.reason)]}}};
}
Asked asked(const call::DeleteCommand&) {
  return {"delete"};
}
Asked asked(const call::KeepAliveCommand&) {
  return {"keepAlive"};
}
Asked asked(const call::PlayCommand& command) {
  return {"playPrompt", {{"prompts", prompt_list(command.spec.prompts)}, {"loop", command.spec.loop}}};
}
Asked asked(const call::RecordCommand& command) {
  const call::RecordSpec& spec = command.spec;
  json::object details{{"beep", spec.play_beep},
                       {"bargeIn", spec.barge_in},
                       {"initialSilenceSeconds", spec.initial_silence.count()},
                       {"maxSilenceSeconds", spec.max_silence.count()},
                       {"maxDurationSeconds", spec.max_duration.count()},
                       {"stopTones", spec.stop_tones.size()}};
  if (spec.prompt) details["prompt"] = public_part(spec.prompt->uri);
  return {"recordResponse", std::move(details)};
}
Asked asked(const call::SubscribeToToneCommand&) {
  return {"subscribeToTone"};
}
Asked asked(const call::CancelCommand& command) {
  if (command.operation) return {"cancelMediaProcessing", {{"operation", command.operation->to_string()}}};
  return {"cancelMediaProcessing", {{"scope", cancel_scopes()[static_cast<std::size_t>(command.scope)]}}};
}
Asked asked(const call::SendDtmfCommand& command) {
  return {"sendDtmfTones", {{"tones", command.tones.size()}, {"delayMilliseconds", command.delay.count()}}};
}

Asked asked(const call::UpdateRecordingStatusCommand& command) {
  return {"updateRecordingStatus",
          {{"status", recording_statuses()[static_cast<std::size_t>(command.status)]}}};
}

Asked asked(const call::RedirectCommand& command) {
  return {"redirect", {{"targets", command.targets.size()}, {"timeoutSeconds", command.timeout.count()}}};
}

Asked asked(const call::TransferCommand& command) {
  return {"transfer", {{"consultative", command.replaces.has_value()}}};
}

/// One overload for each thing that may come; `show` is show_numbers.
struct InputText {
  using Text = std::optional<EventText>;
  bool show;

  Text operator()(const call::CommandInput& input) const {
    Asked what = std::visit([](const auto& command) { return asked(command); }, input.command);
    json::object details{{"request", input.context.request.value}, {"action", what.action}};
    details.insert(what.details.begin(), what.details.end());
    return event_text("request", details);
  }
  Text operator()(const call::SignalInput& input) const { return std::visit(*this, input.body); }
  Text operator()(const call::MediaInput& input) const { return std::visit(*this, input.body); }

  // signalling
  Text operator()(const call::LegRinging& ringing) const {
    return event_text("leg.ringing", {{"earlyMedia", ringing.early.has_value()}});
  }
  Text operator()(const call::LegAnswered& answered) const {
    return event_text("leg.answered", media_details(answered.media));
  }
  Text operator()(const call::LegAcked& acked) const {
    return event_text("leg.acknowledged", media_details(acked.media));
  }
  Text operator()(const call::LegMediaChanged& changed) const {
    return event_text("leg.mediaChanged", media_details(changed.media));
  }
  Text operator()(const call::LegKey& key) const {
    return event_text("leg.keyByInfo", {{"tone", shown_tone(key.tone, show)}});
  }
  Text operator()(const call::LegCancelled&) const { return event_text("leg.cancelled"); }
  Text operator()(const call::LegHungUp&) const { return event_text("leg.hungUp"); }
  Text operator()(const call::LegFailed& failed) const {
    return event_text("leg.failed", {{"sipStatus", failed.status},
                                     {"reason", valid_utf8(failed.reason)},
                                     {"noAck", failed.no_ack},
                                     {"noRoute", failed.no_route}});
  }

  Text operator()(const call::LegReferred& referred) const {
    return event_text("leg.referred",
                      {{"outcome", kReferOutcomes.at(static_cast<std::size_t>(referred.outcome))},
                       {"sipStatus", referred.status},
                       {"reason", valid_utf8(referred.reason)}});
  }

  // media
  Text operator()(const call::SessionOpened& opened) const {
    return event_text("media.opened", {{"local", opened.local.rtp.to_string()}});
  }
  Text operator()(const call::SessionFailed& failed) const {
    return event_text("media.failed", {{"cause", valid_utf8(failed.cause)}});
  }
  Text operator()(const call::PromptReady& ready) const {
    return event_text("prompt.ready", {{"media", ready.number.value}});
  }
  Text operator()(const call::PromptFailed& failed) const {
    return event_text(
        "prompt.failed",
        {{"media", failed.number.value}, {"download", failed.download}, {"cause", valid_utf8(failed.cause)}});
  }
  Text operator()(const call::OperationStarted& started) const {
    return event_text("media.started", {{"media", started.number.value}});
  }
  Text operator()(const call::OperationFinished& finished) const {
    return event_text("media.finished",
                      {{"media", finished.number.value}, {"milliseconds", finished.sent.count()}});
  }
  Text operator()(const call::RecordWritten& written) const {
    return event_text(
        "recording.written",
        {{"media", written.number.value}, {"ok", written.ok}, {"cause", valid_utf8(written.cause)}});
  }
  Text operator()(const call::StopAcknowledged& stopped) const {
    json::array operations;
    for (const auto& operation : stopped.operations) {
      operations.push_back(
          json::object{{"media", operation.number.value},
                       {"outcome", kStopOutcomes.at(static_cast<std::size_t>(operation.outcome))},
                       {"milliseconds", operation.sent.count()}});
    }
    return event_text("media.stopped", {{"stop", stopped.stop.value}, {"operations", std::move(operations)}});
  }
  Text operator()(const call::MediaLost&) const { return event_text("media.lost"); }
  Text operator()(const call::KeyPressed& key) const {
    return event_text("key.pressed", {{"tone", shown_tone(key.tone, show)}});
  }
  Text operator()(const call::DtmfSent& sent) const {
    return event_text("keys.sent", {{"media", sent.number.value}});
  }
  Text operator()(const call::SessionClosed& closed) const {
    return event_text("media.closed", {{"stats", stats_json(closed.stats)}});
  }

  // the shell
  Text operator()(const call::TimerFired& fired) const {
    return event_text("timer.fired", {{"timer", kTimers.at(static_cast<std::size_t>(fired.timer.kind))}});
  }
  Text operator()(const call::CommitFailed& failed) const {
    return event_text("store.failed", {{"step", failed.step}});
  }
  Text operator()(const call::BotSilent&) const { return event_text("bot.silent"); }
  Text operator()(const call::ServerStopping&) const { return event_text("server.stopping"); }
  // Each of these is told by whoever caused it.
  Text operator()(const call::StepCommitted&) const { return std::nullopt; }
  Text operator()(const call::NotificationDelivered&) const { return std::nullopt; }
  Text operator()(const call::NotificationParked&) const { return std::nullopt; }
};

}  // namespace

std::optional<EventText> describe(const call::Input& input, bool show_numbers) {
  return std::visit(InputText{show_numbers}, input);
}

}  // namespace tonearm::graph
