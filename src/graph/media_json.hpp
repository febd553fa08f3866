#pragma once

#include <span>

#include <boost/json/array.hpp>

#include "call/operation.hpp"

namespace tonearm::graph {

/// `prompts` as they were asked for: `mediaPrompt`s.
[[nodiscard]] boost::json::array prompts_json(std::span<const call::Prompt> prompts);
/// `preFetchMedia`: `mediaInfo`s.
[[nodiscard]] boost::json::array media_infos_json(std::span<const call::Prompt> prompts);

}  // namespace tonearm::graph
