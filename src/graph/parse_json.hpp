#pragma once

#include <string_view>

#include <boost/json/value.hpp>

#include "base/result.hpp"

namespace tonearm::graph {

/// One JSON text as RFC 8259 has it and nothing more: no comments, no trailing commas, no invalid UTF-8, no
/// member twice in an object (two readers would disagree on which counts), depth ≤ `kBodyDepthMax`, at most
/// `kMembersMax` members in an object. Linear in its length.
/// Errors: `bad_request` that says what is wrong and at which byte.
[[nodiscard]] base::Result<boost::json::value> parse_json(std::string_view text);

}  // namespace tonearm::graph
