#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/guid.hpp"

namespace tonearm::auth {

/// Who makes a request: an application of a tenant, and what it was granted. Threading: immutable.
struct Principal {
  base::Guid application;  ///< `appid` or `azp`
  base::Guid tenant;       ///< `tid`
  std::vector<std::string> roles;

  [[nodiscard]] bool has_role(std::string_view role) const {
    return std::ranges::find(roles, role) != roles.end();
  }
};

using PrincipalPtr = std::shared_ptr<const Principal>;

}  // namespace tonearm::auth
