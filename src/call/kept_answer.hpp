#pragma once

#include <string>

#include "auth/sha256.hpp"
#include "base/clock.hpp"

namespace tonearm::call {

/// What a repeat of a request gets after a restart: the answer to it, kept in the commit of what it tells of.
struct KeptAnswer {
  auth::Sha256 key{};      ///< What a repeat is recognised by.
  auth::Sha256 request{};  ///< What has to be equal in it.
  int status = 0;
  std::string location;
  std::string body;   ///< JSON
  base::WallTime at;  ///< When the request came.
};

}  // namespace tonearm::call
