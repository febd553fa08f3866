#pragma once

#include <cstddef>
#include <cstdint>

#include "call/stamp.hpp"

namespace tonearm::call::property {

/// Chance that is the same for the same seed everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : source_(seed) {}
  /// 0 … n-1
  [[nodiscard]] std::size_t below(std::size_t n) { return static_cast<std::size_t>(source_.word() % n); }
  [[nodiscard]] bool percent(unsigned chance) { return below(100) < chance; }

 private:
  SeededIds source_;
};

}  // namespace tonearm::call::property
