#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "call/commands.hpp"
#include "graph/limits.hpp"
#include "graph/route.hpp"

namespace tonearm::graph {

/// Which `callbackUri`s may be plain http; https always may.
enum class HttpCallbacks : std::uint8_t { refused, loopback, allowed };

/// How requests are read. Fixed by the configuration, but for `version`.
struct ReadOptions {
  Version version = Version::v1_0;
  bool strict = false;  ///< `http.strict`: refuse the lenient spellings (docs/decisions/0061).
  HttpCallbacks http_callbacks = HttpCallbacks::refused;
  std::size_t body_max = kBodyBytesMax;  ///< `http.body_max`
};

/// Content-Type and Content-Encoding of a request that may have a body (operations.md §2); empty = header
/// absent. Errors: `unsupported_media_type`.
[[nodiscard]] base::Result<void> check_content(std::string_view content_type,
                                               std::string_view content_encoding, bool has_body);

/// The command of a POSTed action. `body` may be empty.
/// Errors: `bad_request` with a message that names the member and the rule; `body_too_large`;
/// `not_built_yet` for actions that have no command.
[[nodiscard]] base::Result<call::Command> read_command(Action action, std::string_view body,
                                                       const ReadOptions& options);

}  // namespace tonearm::graph
