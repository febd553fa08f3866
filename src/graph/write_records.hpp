#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "call/ended_call.hpp"

namespace tonearm::graph {

struct RecordsPage {
  std::span<const call::EndedCall> records;
  std::uint64_t after = 0;  ///< The cursor that was asked for.
  bool more = false;        ///< There are records behind these.
};

/// Body of the admin listener's `/tonearm/records` (docs/api/records.md). Digits of telephone
/// numbers become `x` unless `show_numbers`.
[[nodiscard]] std::string write_records(const RecordsPage& page, bool show_numbers);

}  // namespace tonearm::graph
