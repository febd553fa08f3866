#pragma once

#include <cstdint>
#include <string_view>

#include "graph/route.hpp"

namespace tonearm::graph {

/// What an action may be bound to: a set of these.
enum Binding : std::uint8_t { on_calls = 1, on_call = 2, on_participants = 4, on_participant = 8 };

/// One line of the table of actions (facts §1).
struct ActionRow {
  Action action = Action::none;
  std::string_view name;
  std::uint8_t bindings = on_call;
  bool beta_only = false;
  bool built = false;
};

/// The row of an action's name: any case, with or without `microsoft.graph.`. Null if there is none.
[[nodiscard]] const ActionRow* find_action(std::string_view segment);
[[nodiscard]] const ActionRow& row_of(Action action);

}  // namespace tonearm::graph
