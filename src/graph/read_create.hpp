#pragma once

#include <string_view>

#include "base/result.hpp"
#include "call/commands.hpp"
#include "graph/read_command.hpp"

namespace tonearm::graph {

/// Whom a request's token names.
struct Requester {
  call::ApplicationId application;
  call::TenantId tenant;
};

/// The order of a `POST …/calls`: one person or one number, service-hosted (facts §6.1). Whether the
/// application may call there is not asked here.
/// Errors: as `read_command`, and `wrong_tenant` if the body names another tenant than the token.
[[nodiscard]] base::Result<call::CreateCall> read_create_call(std::string_view body,
                                                              const ReadOptions& options,
                                                              const Requester& requester);

}  // namespace tonearm::graph
