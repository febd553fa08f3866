#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tonearm::base {

/// 128 bits, written as 36 lower-case characters with dashes. The nil value means "none".
class Guid {
 public:
  constexpr Guid() = default;
  constexpr explicit Guid(std::array<std::uint8_t, 16> bytes) : bytes_(bytes) {}

  /// Accepts dashed or undashed, any case (what real clients send); nothing else.
  [[nodiscard]] static std::optional<Guid> parse(std::string_view text);
  /// Version 4 from the system's random source. Thread-safe.
  [[nodiscard]] static Guid random();
  /// The same bits as two random words, marked as version 4 (for replayable id sources).
  [[nodiscard]] static Guid from_words(std::uint64_t high, std::uint64_t low);

  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] bool is_nil() const { return *this == Guid{}; }
  [[nodiscard]] std::size_t hash() const;

  auto operator<=>(const Guid&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

}  // namespace tonearm::base

template <>
struct std::hash<tonearm::base::Guid> {
  std::size_t operator()(const tonearm::base::Guid& guid) const noexcept { return guid.hash(); }
};
