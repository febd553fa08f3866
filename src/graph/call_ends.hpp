#pragma once

#include <string>
#include <string_view>

#include "call/call_end.hpp"

namespace tonearm::graph {

/// `resultInfo` of a call that is over (operations.md §6).
struct CallResult {
  int code = 0;
  int subcode = 0;
  std::string message;  ///< "… DiagCode: 200#7000.@", the form of the live service (facts §9.2)
};

[[nodiscard]] CallResult call_result(const call::CallEnd& end);

}  // namespace tonearm::graph
