#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "call/operation.hpp"
#include "graph/members.hpp"
#include "graph/read_command.hpp"

namespace tonearm::graph {

// Parts of bodies that several commands share. What breaks a rule is refused through `members`.

/// `prompts`, 0…`most` entries of `mediaPrompt`.
[[nodiscard]] std::vector<call::Prompt> read_prompts(Members& members, std::size_t most,
                                                     const ReadOptions& options);

/// `mediaConfig`, required: a `serviceHostedMediaConfig`. Returns its `preFetchMedia`.
[[nodiscard]] std::vector<call::Prompt> read_media_config(Members& members, const ReadOptions& options);

/// `callbackUri`; empty if absent.
[[nodiscard]] std::string read_callback_uri(Members& members, const ReadOptions& options);

/// `clientContext`, ≤ 256 code points.
[[nodiscard]] std::optional<std::string> read_client_context(Members& members);

}  // namespace tonearm::graph
