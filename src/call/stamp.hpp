#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "base/guid.hpp"

namespace tonearm::call {

/// Where a step takes new ids and random bits from: an input of the domain like time, so that any history can
/// be replayed exactly.
class IdSource {
 public:
  virtual ~IdSource() = default;
  [[nodiscard]] virtual base::Guid guid() = 0;
  [[nodiscard]] virtual std::uint64_t word() = 0;  ///< 64 random bits, fit for secrets in production.
};

/// The system's random source. Threading: thread-safe.
class RandomIds final : public IdSource {
 public:
  [[nodiscard]] base::Guid guid() override;
  [[nodiscard]] std::uint64_t word() override;
};

/// The same ids for the same seed (splitmix64): for tests and replays, never for secrets.
class SeededIds final : public IdSource {
 public:
  explicit SeededIds(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] base::Guid guid() override;
  [[nodiscard]] std::uint64_t word() override;

 private:
  std::uint64_t state_;
};

/// When a step happens, and where its ids come from.
struct Stamp {
  base::TimePoint now;
  base::WallTime wall;
  IdSource& ids;
};

}  // namespace tonearm::call
