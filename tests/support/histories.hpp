#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "bot.hpp"

namespace tonearm::testing {

/// What one call has told its bot, each notification once, in the order in which they first came.
struct History {
  std::vector<Heard> told;
  std::set<std::string> ended;      ///< Ids of the operations whose ending came.
  bool over = false;                ///< The call's own ending came.
  std::vector<std::string> faults;  ///< In words: what may never be.
};

/// By call id. A repeat is one with the same message id and the same body, and counts for nothing; every
/// other notification has its number, follows the one before it, and nothing ends twice or speaks after its
/// end.
std::map<std::string, History> histories(const std::vector<Heard>& heard);

}  // namespace tonearm::testing
