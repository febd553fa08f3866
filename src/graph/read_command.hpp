#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "call/commands.hpp"
#include "graph/limits.hpp"
#include "graph/route.hpp"

namespace tonearm::net {
struct AddressPolicy;
}

namespace tonearm::graph {

/// How requests are read. Fixed by the configuration, but for `version`.
struct ReadOptions {
  Version version = Version::v1_0;
  bool strict = false;  ///< `http.strict`: refuse the lenient spellings (docs/decisions/0061).
  /// Which `callbackUri`s are taken; null: any https one. Addresses are checked when they are called.
  const net::AddressPolicy* callbacks = nullptr;
  std::size_t body_max = kBodyBytesMax;  ///< `http.body_max`
};

/// The command of a POSTed action. `body` may be empty.
/// Errors: `bad_request` with a message that names the member and the rule; `body_too_large`;
/// `not_built_yet` for actions that have no command.
[[nodiscard]] base::Result<call::Command> read_command(Action action, std::string_view body,
                                                       const ReadOptions& options);

}  // namespace tonearm::graph
