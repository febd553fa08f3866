#include "graph/actions.hpp"

#include <array>

#include "graph/text.hpp"

namespace tonearm::graph {
namespace {

constexpr bool kBeta = true;
constexpr Support kBuilt = Support::built;
constexpr Support kGroup = Support::group_calls;

// Names and bindings as in the metadata (api/*.csdl), configureMixer from the older pages (facts §6.13).
constexpr std::array kActions{
    ActionRow{Action::none, "", 0},
    ActionRow{Action::answer, "answer", on_call, !kBeta, kBuilt},
    ActionRow{Action::reject, "reject", on_call, !kBeta, kBuilt},
    ActionRow{Action::redirect, "redirect", on_call, !kBeta, kBuilt},
    ActionRow{Action::transfer, "transfer", on_call, !kBeta, kBuilt},
    ActionRow{Action::keep_alive, "keepAlive", on_call, !kBeta, kBuilt},
    ActionRow{Action::play_prompt, "playPrompt", on_call, !kBeta, kBuilt},
    ActionRow{Action::record_response, "recordResponse", on_call, !kBeta, kBuilt},
    ActionRow{Action::record, "record", on_call, kBeta, kBuilt},
    ActionRow{Action::subscribe_to_tone, "subscribeToTone", on_call, !kBeta, kBuilt},
    ActionRow{Action::cancel_media_processing, "cancelMediaProcessing", on_call, !kBeta, kBuilt},
    ActionRow{Action::send_dtmf_tones, "sendDtmfTones", on_call, !kBeta, kBuilt},
    ActionRow{Action::mute, "mute", on_call | on_participant, !kBeta, kGroup},
    ActionRow{Action::unmute, "unmute", on_call, !kBeta, kGroup},
    ActionRow{Action::update_recording_status, "updateRecordingStatus", on_call, !kBeta, kBuilt},
    ActionRow{Action::change_screen_sharing_role, "changeScreenSharingRole", on_call, !kBeta, kGroup},
    ActionRow{Action::add_large_gallery_view, "addLargeGalleryView", on_call, !kBeta, kGroup},
    ActionRow{Action::log_teleconference_device_quality, "logTeleconferenceDeviceQuality", on_calls, !kBeta,
              kBuilt},
    ActionRow{Action::invite, "invite", on_participants},
    ActionRow{Action::mute_all, "muteAll", on_participants, kBeta, kGroup},
    ActionRow{Action::configure_mixer, "configureMixer", on_participants, kBeta, kGroup},
    ActionRow{Action::start_hold_music, "startHoldMusic", on_participant, !kBeta, kGroup},
    ActionRow{Action::stop_hold_music, "stopHoldMusic", on_participant, !kBeta, kGroup},
    ActionRow{Action::admit_from_lobby, "admitFromLobby", on_participant, kBeta, kGroup},
    ActionRow{Action::admit_all_from_lobby, "admitAllFromLobby", on_participants, kBeta, kGroup},
    ActionRow{Action::remove_from_lobby, "removeFromLobby", on_participant, kBeta, kGroup},
    ActionRow{Action::start_recording, "startRecording", on_call, kBeta, kGroup},
    ActionRow{Action::stop_recording, "stopRecording", on_call, kBeta, kGroup},
    ActionRow{Action::start_transcription, "startTranscription", on_call, kBeta, kGroup},
    ActionRow{Action::stop_transcription, "stopTranscription", on_call, kBeta, kGroup},
};

constexpr bool rows_stand_in_order() {
  for (std::size_t at = 0; at < kActions.size(); ++at) {
    if (static_cast<std::size_t>(kActions[at].action) != at) return false;
  }
  return static_cast<std::size_t>(Action::stop_transcription) + 1 == kActions.size();
}
static_assert(rows_stand_in_order());

}  // namespace

const ActionRow* find_action(std::string_view segment) {
  constexpr std::string_view kNamespace = "microsoft.graph.";
  if (starts_with_any_case(segment, kNamespace)) segment.remove_prefix(kNamespace.size());
  if (segment.empty()) return nullptr;
  for (const ActionRow& row : kActions) {
    if (equal_any_case(row.name, segment)) return &row;
  }
  return nullptr;
}

const ActionRow& row_of(Action action) {
  return kActions[static_cast<std::size_t>(action)];
}

}  // namespace tonearm::graph
