#pragma once

#include <compare>
#include <cstdint>
#include <functional>

#include "base/guid.hpp"

namespace tonearm::base {

/// A value that must not be mixed with others of the same representation: `using LegId =
/// Strong<std::uint32_t, struct LegTag>`.
template <class Rep, class Tag>
struct Strong {
  Rep value{};

  constexpr Strong() = default;
  constexpr explicit Strong(Rep v) : value(v) {}
  constexpr auto operator<=>(const Strong&) const = default;
};

/// A GUID of one kind.
template <class Tag>
struct Id : Strong<Guid, Tag> {
  using Strong<Guid, Tag>::Strong;
  [[nodiscard]] std::string to_string() const { return this->value.to_string(); }
  [[nodiscard]] bool is_nil() const { return this->value.is_nil(); }
  static std::optional<Id> parse(std::string_view text) {
    if (const auto guid = Guid::parse(text)) return Id(*guid);
    return std::nullopt;
  }
  auto operator<=>(const Id&) const = default;
};

}  // namespace tonearm::base

template <class Rep, class Tag>
struct std::hash<tonearm::base::Strong<Rep, Tag>> {
  std::size_t operator()(const tonearm::base::Strong<Rep, Tag>& id) const noexcept {
    return std::hash<Rep>{}(id.value);
  }
};
template <class Tag>
struct std::hash<tonearm::base::Id<Tag>> {
  std::size_t operator()(const tonearm::base::Id<Tag>& id) const noexcept { return id.value.hash(); }
};
