#pragma once

#include <span>
#include <string>
#include <string_view>

#include "call/ids.hpp"
#include "call/snapshot.hpp"

namespace tonearm::graph {

/// Absolute URL of a call. `base_url` is `https://host/v1.0`, as in `call::CommandContext`.
[[nodiscard]] std::string call_location(std::string_view base_url, call::CallId call);

/// Body of `GET …/calls/{id}`: the full call; what is not set is an explicit null (facts §6.3).
[[nodiscard]] std::string write_call(const call::CallSnapshot& call, std::string_view base_url);

/// Body of the 201 that a call is created with: the same under the older context (facts §6.1, §6.3).
[[nodiscard]] std::string write_created_call(const call::CallSnapshot& call, std::string_view base_url);

/// Body of `GET …/participants` of a one-to-one call: an empty list (facts §6.13).
[[nodiscard]] std::string write_participants(call::CallId call, std::string_view base_url);
/// Bodies of the other collections that clients read when they pick a call up again; empty.
[[nodiscard]] std::string write_audio_routing_groups(call::CallId call, std::string_view base_url);
[[nodiscard]] std::string write_content_sharing_sessions(call::CallId call, std::string_view base_url);

/// Body of the admin listener's `/tonearm/calls`: `{"calls":[…]}`, one short entry per call.
[[nodiscard]] std::string write_call_list(std::span<const call::SnapshotPtr> calls);

}  // namespace tonearm::graph
