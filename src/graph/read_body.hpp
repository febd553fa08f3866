#pragma once

#include <string_view>

#include <boost/json/value.hpp>

#include "base/result.hpp"
#include "graph/read_command.hpp"

namespace tonearm::graph {

/// The JSON of a request's body. No body, `null` and `{}` say the same: clients send each of them where they
/// have nothing to say (clients.md §6.1). Errors: `bad_request`, `body_too_large`.
[[nodiscard]] base::Result<boost::json::value> read_body(std::string_view body, const ReadOptions& options);

}  // namespace tonearm::graph
