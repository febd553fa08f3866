#include "base/back_off.hpp"

#include <algorithm>
#include <iterator>

#include <arpa/inet.h>

namespace tonearm::base {

std::chrono::seconds BackOff::wait(const std::string& key, TimePoint now) const {
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.until <= now) return std::chrono::seconds(0);
  return std::chrono::ceil<std::chrono::seconds>(found->second.until - now);
}

void BackOff::failed(const std::string& key, TimePoint now) {
  auto [found, is_new] = entries_.try_emplace(key);
  Entry& entry = found->second;
  if (is_new) {
    entry.age = ages_.insert(ages_.end(), key);
  } else {
    ages_.splice(ages_.end(), ages_, entry.age);
    if (now - entry.last > rule_.memory) entry.failures = 0;
  }
  entry.last = now;
  if (++entry.failures > rule_.free) {
    const unsigned doublings = std::min(entry.failures - rule_.free - 1, 16u);
    entry.until = now + std::min(rule_.first * (1 << doublings), rule_.most);
  }
  while (entries_.size() > rule_.keys_max) {
    entries_.erase(ages_.front());
    ages_.pop_front();
  }
}

void BackOff::forgive(const std::string& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  ages_.erase(found->second.age);
  entries_.erase(found);
}

std::string source_key(const std::string& address) {
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.c_str(), &v6) != 1) return address;
  std::fill(std::begin(v6.s6_addr) + 8, std::end(v6.s6_addr), 0);
  char text[INET6_ADDRSTRLEN] = {};
  return inet_ntop(AF_INET6, &v6, text, sizeof text) == nullptr ? address : text;
}

}  // namespace tonearm::base
