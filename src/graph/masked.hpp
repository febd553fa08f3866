#pragma once

#include <string>
#include <string_view>

#include "call/party.hpp"

// What whoever operates the server may see of people (docs/decisions/0094). Pure.

namespace tonearm::graph {

/// "+14255550100" → "+xxxxxxxxx00": the last two digits of long numbers stay, as in SIP traces.
[[nodiscard]] std::string masked_number(std::string_view number);

/// The party, its telephone number masked unless `show_numbers`. Display names of phones often are their
/// number.
[[nodiscard]] call::Party shown(call::Party party, bool show_numbers);

}  // namespace tonearm::graph
