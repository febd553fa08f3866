#pragma once

#include <string>
#include <string_view>

#include "call/ids.hpp"
#include "call/operation.hpp"
#include "call/snapshot.hpp"

namespace tonearm::graph {

/// Absolute URL of an operation. `base_url` is `https://host/v1.0`, as in `call::CommandContext`.
[[nodiscard]] std::string operation_location(std::string_view base_url, call::CallId call,
                                             call::OperationId operation);
/// Where a recording is served: beside the API, not below its version.
[[nodiscard]] std::string recording_location(std::string_view base_url, call::OperationId operation);

/// Body of the 200 that answers the creating request. What only waits in the queue says `running` here, as
/// every Graph example does (operations.md §1). No `@odata.context`: the documented answers have none.
[[nodiscard]] std::string write_created_operation(const call::OperationView& operation);

/// Body of `GET …/operations/{id}`; once ended it equals the notification's `resourceData` but for
/// `@odata.context` (operations.md §3).
[[nodiscard]] std::string write_operation(const call::OperationView& operation, call::CallId call,
                                          std::string_view base_url);

/// Body of `GET …/operations`.
[[nodiscard]] std::string write_operations(const call::CallSnapshot& call, std::string_view base_url);

}  // namespace tonearm::graph
