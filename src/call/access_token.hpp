#pragma once

#include <string>

#include "call/stamp.hpp"

namespace tonearm::call {

/// A recording's: 256 random bits, as 64 hexadecimal digits.
[[nodiscard]] std::string new_access_token(IdSource& ids);

}  // namespace tonearm::call
