#include "graph/read_command.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "graph/errc.hpp"
#include "graph/members.hpp"
#include "graph/names.hpp"
#include "graph/read_body.hpp"
#include "graph/read_identity.hpp"
#include "graph/read_media.hpp"

namespace tonearm::graph {
namespace {

using call::Command;

constexpr std::string_view kScope = "@tonearm.scope";
constexpr std::string_view kOperationId = "@tonearm.operationId";
constexpr std::array<std::string_view, 2> kCancelExtensions{kScope, kOperationId};

Command read_answer(Members& body, const ReadOptions& options) {
  call::AnswerCommand command;
  command.callback_uri = read_callback_uri(body, options);
  command.prefetch_media = read_media_config(body, options);
  for (const std::size_t at : body.each_of("acceptedModalities", modalities(), modalities().size())) {
    command.accepted_modalities.emplace_back(modalities()[at]);
  }
  const auto& accepted = command.accepted_modalities;
  if (!accepted.empty() && std::ranges::find(accepted, "audio") == accepted.end()) {
    body.refuse("acceptedModalities", "must have \"audio\": service-hosted calls carry nothing else");
  }
  // Checked, then dropped: policy recording is for app-hosted media, the options are for groups.
  (void)body.number("participantCapacity", 0, 0, INT32_MAX);
  (void)body.object("callOptions");
  return command;
}

Command read_reject(Members& body, const ReadOptions& options) {
  call::RejectCommand command;
  if (const auto at = body.one_of("reason", reject_reasons())) {
    command.reason = static_cast<call::RejectReason>(*at);
  }
  command.callback_uri = read_callback_uri(body, options);
  return command;
}

Command read_keep_alive(Members&, const ReadOptions&) {
  return call::KeepAliveCommand{};
}

Command read_play(Members& body, const ReadOptions& options) {
  call::PlayCommand command;
  command.client_context = read_client_context(body);
  command.spec.prompts = read_prompts(body, kPlayPromptsMax, options);
  if (command.spec.prompts.empty()) {
    body.refuse("prompts", fmt::format("must have 1 to {} entries", kPlayPromptsMax));
  }
  if (options.version == Version::beta) command.spec.loop = body.flag("loop", false);
  return command;
}

std::vector<char> read_stop_tones(Members& body) {
  constexpr std::string_view kKeys = "0123456789*#ABCD";
  std::vector<char> keys;
  for (const auto& value : body.list("stopTones", kStopTonesMax)) {
    const auto* text = value.if_string();
    if (text && text->size() == 1 && kKeys.contains(text->front())) {
      keys.push_back(text->front());
    } else {
      body.refuse("stopTones", "must be strings of one key each, of 0-9 * # A-D");
    }
  }
  return keys;
}

std::chrono::seconds read_timer(Members& body, std::string_view name, std::chrono::seconds otherwise) {
  return std::chrono::seconds(
      body.number(name, otherwise.count(), kRecordTimerMinSeconds, kRecordTimerMaxSeconds));
}

Command read_record(Members& body, const ReadOptions& options) {
  call::RecordCommand command;
  command.client_context = read_client_context(body);
  call::RecordSpec& spec = command.spec;
  auto prompts = read_prompts(body, kRecordPromptsMax, options);
  if (!prompts.empty()) spec.prompt = std::move(prompts.front());
  spec.play_beep = body.flag("playBeep", spec.play_beep);
  spec.barge_in = body.flag("bargeInAllowed", spec.barge_in);
  spec.initial_silence = read_timer(body, "initialSilenceTimeoutInSeconds", spec.initial_silence);
  spec.max_silence = read_timer(body, "maxSilenceTimeoutInSeconds", spec.max_silence);
  spec.max_duration = read_timer(body, "maxRecordDurationInSeconds", spec.max_duration);
  spec.stop_tones = read_stop_tones(body);
  return command;
}

Command read_subscribe_to_tone(Members& body, const ReadOptions&) {
  return call::SubscribeToToneCommand{read_client_context(body)};
}

Command read_cancel(Members& body, const ReadOptions&) {
  call::CancelCommand command;
  command.client_context = read_client_context(body);
  if (body.has(kScope) && body.has(kOperationId)) {
    body.refuse(kScope, "and @tonearm.operationId exclude each other: send one of them");
  }
  if (const auto at = body.one_of(kScope, cancel_scopes())) {
    command.scope = static_cast<call::CancelScope>(*at);
  }
  if (const auto id = body.text(kOperationId, kBodyBytesMax)) {
    command.operation = call::OperationId::parse(*id);
    if (!command.operation) body.refuse(kOperationId, "must be the id of an operation, a GUID");
  }
  return command;
}

Command read_send_dtmf(Members& body, const ReadOptions&) {
  call::SendDtmfCommand command;
  command.client_context = read_client_context(body);
  for (const std::size_t at : body.each_of("tones", tones(), kDtmfTonesMax)) {
    command.tones.push_back(static_cast<call::Tone>(at));
  }
  if (command.tones.empty()) {
    body.refuse("tones", fmt::format("must have 1 to {} entries", kDtmfTonesMax));
  }
  command.delay = std::chrono::milliseconds(body.number("delayBetweenTonesMs", 0, 0, kDtmfDelayMaxMs));
  return command;
}

/// `unknown` is what a client sends that has nothing to say (facts §7.12); the page wants one of the others.
Command read_recording_status(Members& body, const ReadOptions&) {
  call::UpdateRecordingStatusCommand command;
  command.client_context = read_client_context(body);
  const auto at = body.one_of("status", recording_statuses());
  if (!body.has("status")) body.refuse_missing("status");
  command.status = static_cast<call::RecordingStatus>(at.value_or(0));
  if (at && command.status == call::RecordingStatus::unknown)
    body.refuse("status", "must be notRecording, recording or failed");
  return command;
}

/// `transferee` and `clientContext` are sent along by some and mean nothing between two (facts §6.8).
Command read_transfer(Members& body, const ReadOptions&) {
  call::TransferCommand command;
  (void)body.object("transferee");
  auto target = body.object("transferTarget");
  if (!target) {
    body.refuse_missing("transferTarget");
    return command;
  }
  const auto party = read_identity(*target);
  if (party && party->kind != call::Party::Kind::user && party->kind != call::Party::Kind::phone)
    target->refuse("identity", "names an application: a call can be transferred to a user or a phone");
  if (party) command.target = *party;
  if (const auto other = target->text("replacesCallId", kIdentityBytesMax)) {
    command.replaces = call::CallId::parse(*other);
    if (!command.replaces) target->refuse("replacesCallId", "must be the id of a call, a GUID");
  }
  return command;
}

call::Party read_redirect_target(Members target) {
  auto party = read_identity(target);
  if (!party) return {};
  if (party->kind != call::Party::Kind::user && party->kind != call::Party::Kind::phone)
    target.refuse("identity", "names an application: a call can be redirected to users and phones");
  return *party;
}

/// What the older pages call a disposition follows from the number of targets; who is called is never shown
/// to the caller, so that `maskCallee` changes nothing.
Command read_redirect(Members& body, const ReadOptions& options) {
  call::RedirectCommand command;
  const auto targets = body.list("targets", kTargetsMax);
  for (std::size_t at = 0; at < targets.size(); ++at)
    command.targets.push_back(read_redirect_target(body.entry(targets[at], "targets", at)));
  if (targets.empty())
    body.refuse("targets", fmt::format("must have 1 to {} entries: whom to call instead", kTargetsMax));
  const auto usual = targets.size() > 1 ? kRedirectSecondsOfSeveral : kRedirectSeconds;
  command.timeout =
      std::chrono::seconds(body.number("timeout", usual, kRedirectSecondsLeast, kRedirectSecondsMost));
  command.callback_uri = read_callback_uri(body, options);
  if (options.version == Version::beta) {
    (void)body.one_of("targetDisposition", call_dispositions());
    (void)body.flag("maskCallee", false);
    command.mask_caller = body.flag("maskCaller", false);
  }
  return command;
}

using Reader = Command (*)(Members&, const ReadOptions&);

Reader reader_of(Action action) {
  switch (action) {
    case Action::answer:
      return read_answer;
    case Action::reject:
      return read_reject;
    case Action::keep_alive:
      return read_keep_alive;
    case Action::play_prompt:
      return read_play;
    case Action::record_response:
    case Action::record:
      return read_record;
    case Action::subscribe_to_tone:
      return read_subscribe_to_tone;
    case Action::cancel_media_processing:
      return read_cancel;
    case Action::send_dtmf_tones:
      return read_send_dtmf;
    case Action::update_recording_status:
      return read_recording_status;
    case Action::transfer:
      return read_transfer;
    case Action::redirect:
      return read_redirect;
    default:
      return nullptr;
  }
}

std::span<const std::string_view> extensions_of(Action action) {
  if (action == Action::cancel_media_processing) return kCancelExtensions;
  return {};
}

}  // namespace

base::Result<Command> read_command(Action action, std::string_view body, const ReadOptions& options) {
  const Reader reader = reader_of(action);
  if (!reader) return base::fail(Errc::not_built_yet);
  const auto value = read_body(body, options);
  if (!value) return std::unexpected(value.error());
  Verdict verdict;
  refuse_unknown_extensions(*value, extensions_of(action), verdict);
  Members members(*value, "", options.strict, verdict);
  Command command = reader(members, options);
  if (verdict.refusal()) return base::fail(Errc::bad_request, *verdict.refusal());
  return command;
}

}  // namespace tonearm::graph
