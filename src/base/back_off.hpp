#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"

namespace tonearm::base {

/// Slows down who guesses: after some failures each further one doubles the time in which nothing is tried
/// for that key. The table is bounded; when it is full, whoever failed longest ago is forgotten first.
/// Threading: none of its own; whoever owns it guards it.
class BackOff {
 public:
  struct Rule {
    unsigned free = 5;              ///< Failures without consequence: people mistype.
    std::chrono::seconds first{1};  ///< After the first one beyond.
    std::chrono::seconds most{60};
    std::chrono::minutes memory{10};  ///< Without a failure for so long all is forgiven.
    std::size_t keys_max = 10'000;
  };

  explicit BackOff(Rule rule) : rule_(rule) {}

  /// How long nothing will be tried for this key; 0 = go on.
  [[nodiscard]] std::chrono::seconds wait(const std::string& key, TimePoint now) const;
  void failed(const std::string& key, TimePoint now);
  void forgive(const std::string& key);

  [[nodiscard]] std::size_t keys() const { return entries_.size(); }

 private:
  struct Entry {
    unsigned failures = 0;
    TimePoint last;
    TimePoint until;
    std::list<std::string>::iterator age;
  };

  const Rule rule_;
  std::unordered_map<std::string, Entry> entries_;
  std::list<std::string> ages_;  // keys, the one that failed longest ago first
};

/// What of an IP address the failures of one sender count by: all of IPv4, the first 64 bits of IPv6, where
/// everybody has the rest.
[[nodiscard]] std::string source_key(const std::string& address);

}  // namespace tonearm::base
