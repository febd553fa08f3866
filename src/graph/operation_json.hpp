#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "call/ids.hpp"
#include "call/operation.hpp"

namespace tonearm::graph {

/// "/communications/calls/{call}/operations/{operation}"
[[nodiscard]] std::string operation_path(call::CallId call, call::OperationId operation);

/// The answer to the creating request.
[[nodiscard]] boost::json::object created_operation(const call::OperationView& operation);
/// The operation while it waits or runs, and one that was over in its answer.
[[nodiscard]] boost::json::object pending_operation(const call::OperationView& operation);
/// The operation as its notification `number` tells its end.
[[nodiscard]] boost::json::object ended_operation(const call::OperationView& operation, call::CallId call,
                                                  call::NotificationNumber number);
/// Whichever of the two is due: what GET shows, but for `@odata.context`.
[[nodiscard]] boost::json::object current_operation(const call::OperationView& operation, call::CallId call);

}  // namespace tonearm::graph
