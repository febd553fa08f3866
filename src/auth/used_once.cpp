#include "auth/used_once.hpp"

namespace tonearm::auth {

UsedOnce::Outcome UsedOnce::take(const base::Guid& owner, const Sha256& id, base::WallTime until,
                                 base::WallTime now) {
  const std::lock_guard lock(mutex_);
  Ids& ids = ids_[owner];
  const auto found = ids.find(id);
  if (found != ids.end() && now < found->second) return Outcome::used;
  if (ids.size() >= kMostOfOne) std::erase_if(ids, [&](const auto& entry) { return entry.second <= now; });
  if (ids.size() >= kMostOfOne) return Outcome::full;
  ids.insert_or_assign(id, until);
  return Outcome::fresh;
}

}  // namespace tonearm::auth
