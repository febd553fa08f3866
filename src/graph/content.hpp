#pragma once

#include <string_view>

#include "base/result.hpp"

namespace tonearm::graph {

/// Content-Type and Content-Encoding of a request that may have a body (operations.md §2); empty = header
/// absent. Errors: `unsupported_media_type`.
[[nodiscard]] base::Result<void> check_content(std::string_view content_type,
                                               std::string_view content_encoding, bool has_body);

}  // namespace tonearm::graph
