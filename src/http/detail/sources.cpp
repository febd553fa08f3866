#include "http/detail/sources.hpp"

#include "base/back_off.hpp"

namespace tonearm::http::detail {

void Sources::enter(const std::string& address) {
  ++total_;
  const std::string key = base::source_key(address);
  const std::lock_guard lock(mutex_);
  ++by_source_[key];
}

void Sources::leave(const std::string& address) {
  --total_;
  const std::string key = base::source_key(address);
  const std::lock_guard lock(mutex_);
  const auto found = by_source_.find(key);
  if (found != by_source_.end() && --found->second == 0) by_source_.erase(found);
}

std::size_t Sources::from(const std::string& address) const {
  const std::string key = base::source_key(address);
  const std::lock_guard lock(mutex_);
  const auto found = by_source_.find(key);
  return found == by_source_.end() ? 0 : found->second;
}

}  // namespace tonearm::http::detail
