#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "call/ids.hpp"
#include "graph/errc.hpp"

namespace tonearm::graph {

enum class Version : std::uint8_t { v1_0, beta };
/// Both trees are the same; `/app/calls` is the older name (facts §1.2).
enum class Root : std::uint8_t { communications, app };

enum class Resource : std::uint8_t {
  unknown,                   ///< 404 `UnknownError`
  calls,                     ///< …/calls
  calls_action,              ///< …/calls/logTeleconferenceDeviceQuality
  call,                      ///< …/calls/{call}
  call_action,               ///< …/calls/{call}/playPrompt
  operations,                ///< …/calls/{call}/operations
  operation,                 ///< …/calls/{call}/operations/{operation}
  participants,              ///< …/calls/{call}/participants
  participants_action,       ///< …/calls/{call}/participants/invite
  participant,               ///< …/calls/{call}/participants/{item}
  participant_action,        ///< …/calls/{call}/participants/{item}/mute
  audio_routing_groups,      ///< …/calls/{call}/audioRoutingGroups
  audio_routing_group,       ///< …/calls/{call}/audioRoutingGroups/{item}
  content_sharing_sessions,  ///< …/calls/{call}/contentSharingSessions
  content_sharing_session,   ///< …/calls/{call}/contentSharingSessions/{item}
};

/// Bound actions, as in the metadata. Some are bound to the call and to a participant (`mute`).
enum class Action : std::uint8_t {
  none,
  answer,
  reject,
  redirect,
  transfer,
  keep_alive,
  play_prompt,
  record_response,
  record,  ///< Older name of recordResponse, beta only.
  subscribe_to_tone,
  cancel_media_processing,
  send_dtmf_tones,
  mute,
  unmute,
  update_recording_status,
  change_screen_sharing_role,
  add_large_gallery_view,
  log_teleconference_device_quality,
  invite,
  mute_all,
  configure_mixer,
  start_hold_music,
  stop_hold_music,
  admit_from_lobby,
  admit_all_from_lobby,
  remove_from_lobby,
  start_recording,
  stop_recording,
  start_transcription,
  stop_transcription,
};

/// What a request path names. Threading: a value.
struct Route {
  Version version = Version::v1_0;
  Root root = Root::communications;
  Resource resource = Resource::unknown;
  Action action = Action::none;
  bool count = false;           ///< `…/$count`: how many the collection has.
  call::CallId call;            ///< Nil if the path has none, or one that is no GUID: no call has it.
  call::OperationId operation;  ///< Likewise.
  std::string item;             ///< Participant, group or session, decoded; as written.
};

/// Reads a request target (path and query) with every spelling that real clients use (facts §1.1): doubled
/// and trailing slashes, `microsoft.graph.` before actions, any case of names, `calls('{id}')` keys, dashed
/// or undashed ids, percent-encoding. Never fails: what is no route is `Resource::unknown`. Linear in the
/// length of the target, which the listener bounds.
[[nodiscard]] Route parse_route(std::string_view target);

/// Methods that the resource takes, for 405 and `Allow`. Empty for `unknown`.
[[nodiscard]] std::span<const std::string_view> allowed_methods(const Route& route);
[[nodiscard]] bool is_allowed(const Route& route, std::string_view method);
/// Value of `Allow`: "GET, DELETE".
[[nodiscard]] std::string allow_header(const Route& route);

/// Why this server does not do it, if so; then nothing happens. Call it only for an allowed method.
[[nodiscard]] std::optional<Errc> not_served(const Route& route, std::string_view method);

/// Spelling of an action, for messages and metrics: "playPrompt".
[[nodiscard]] std::string_view to_string(Action action);
/// "v1.0" or "beta", as in the path.
[[nodiscard]] std::string_view to_string(Version version);
/// The path's pattern with names in place of ids, for metrics and logs: bounded in number.
/// "/communications/calls/{id}/playPrompt"
[[nodiscard]] std::string route_label(const Route& route);

}  // namespace tonearm::graph
