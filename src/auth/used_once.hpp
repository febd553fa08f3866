#pragma once

#include <cstddef>
#include <map>
#include <mutex>

#include "auth/sha256.hpp"
#include "base/clock.hpp"
#include "base/guid.hpp"

namespace tonearm::auth {

/// What an application may use once and not again while it lives: the ids of its assertions (RFC 7523 §3).
/// Bounded by application, so that nobody fills it for others; nothing that lives is ever forgotten to make
/// room. Threading: thread-safe.
class UsedOnce {
 public:
  static constexpr std::size_t kMostOfOne = 10'000;

  enum class Outcome { fresh, used, full };
  [[nodiscard]] Outcome take(const base::Guid& owner, const Sha256& id, base::WallTime until,
                             base::WallTime now);

 private:
  using Ids = std::map<Sha256, base::WallTime>;  // until when they live

  std::mutex mutex_;               // guards ids_
  std::map<base::Guid, Ids> ids_;  // by owner
};

}  // namespace tonearm::auth
