#pragma once

#include <cstdint>

#include "call/snapshot.hpp"

namespace tonearm::call {

/// A call's record as it is kept beyond the call: of the snapshot what `CallRecord` needs to be understood
/// (ids, owner's name and tenant, parties, direction, end). A value.
struct EndedCall {
  std::uint64_t cursor = 0;  ///< Grows in the order in which calls ended.
  CallSnapshot call;
};

}  // namespace tonearm::call
