#pragma once

#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "call/notification.hpp"
#include "call/snapshot.hpp"

namespace tonearm::graph {

/// "/communications/calls/{call}"
[[nodiscard]] std::string call_path(call::CallId call);

/// `identitySet` with the one member that says what the party is (facts §7.2).
[[nodiscard]] boost::json::object identity_set(const call::Party& party);
[[nodiscard]] boost::json::object source_json(const call::CallSnapshot& call);
[[nodiscard]] boost::json::array targets_json(const call::CallSnapshot& call);

/// The call with all its members; null what is not set (facts §6.3).
[[nodiscard]] boost::json::object full_call(const call::CallSnapshot& call);
/// The call as the notification of `event` has it: what changed, and who it is (facts §4.5).
[[nodiscard]] boost::json::object notified_call(const call::CallSnapshot& call, call::CallEvent event);

}  // namespace tonearm::graph
