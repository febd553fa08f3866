#pragma once

#include <string_view>

#include "base/result.hpp"
#include "cli/admin_access.hpp"
#include "net/http_client.hpp"

namespace tonearm::cli {

/// GETs a path of the admin listener; its answer is at most 16 MiB and takes at most 30 s. Blocks. Errors:
/// those of the HTTP client.
[[nodiscard]] base::Result<net::HttpResponse> fetch(const AdminAccess& admin, std::string_view path);

}  // namespace tonearm::cli
