#pragma once

#include "graph/errc.hpp"
#include "graph/errors.hpp"
#include "http/message.hpp"

namespace tonearm::http {

/// An error as JSON, whatever went wrong (operations.md §8), with the headers that its status calls for:
/// `WWW-Authenticate` on 401, `Retry-After` on 429 and 503.
[[nodiscard]] Response error_response(const Request& request, const graph::ErrorAnswer& answer);
[[nodiscard]] Response error_response(const Request& request, graph::Errc errc,
                                      std::string_view message = {});

/// 405 with `Allow`.
[[nodiscard]] Response method_not_allowed(const Request& request, std::string allow);

}  // namespace tonearm::http
