#include "graph/masked.hpp"

#include <algorithm>

namespace tonearm::graph {
namespace {

constexpr std::ptrdiff_t kLongNumber = 7;  // digits; shorter ones would be told by their last two
constexpr std::ptrdiff_t kKept = 2;        // digits of a long number that stay

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string masked_number(std::string_view number) {
  std::string masked(number);
  std::ptrdiff_t left = std::ranges::count_if(masked, is_digit);
  if (left >= kLongNumber) left -= kKept;
  for (char& c : masked) {
    if (left == 0 || !is_digit(c)) continue;
    c = 'x';
    --left;
  }
  return masked;
}

call::Party shown(call::Party party, bool show_numbers) {
  if (party.kind == call::Party::Kind::phone && !show_numbers) {
    party.id = masked_number(party.id);
    party.display_name = masked_number(party.display_name);
  }
  return party;
}

}  // namespace tonearm::graph
