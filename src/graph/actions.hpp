#pragma once

#include <cstdint>
#include <string_view>

#include "graph/route.hpp"

namespace tonearm::graph {

/// What an action may be bound to: a set of these.
enum Binding : std::uint8_t { on_calls = 1, on_call = 2, on_participants = 4, on_participant = 8 };

/// How far this server goes with an action.
enum class Support : std::uint8_t {
  not_yet,
  built,
  group_calls,  ///< Means something in group calls only, and a call here is between two.
};

/// One line of the table of actions (facts §1).
struct ActionRow {
  Action action = Action::none;
  std::string_view name;
  std::uint8_t bindings = on_call;
  bool beta_only = false;
  Support support = Support::not_yet;
};

/// The row of an action's name: any case, with or without `microsoft.graph.`. Null if there is none.
[[nodiscard]] const ActionRow* find_action(std::string_view segment);
[[nodiscard]] const ActionRow& row_of(Action action);

}  // namespace tonearm::graph
