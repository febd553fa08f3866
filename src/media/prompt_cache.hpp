#pragma once

#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "media/encoded_prompt.hpp"

namespace tonearm::media {

/// Encoded prompts by key, least recently used out first when they grow beyond a size.
/// Threading: the owner's lock.
class PromptCache {
 public:
  struct Entry {
    PromptPtr prompt;
    std::string etag;  // of the file it was made from
    std::string last_modified;
  };

  explicit PromptCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Counts as a use.
  std::optional<Entry> find(const std::string& key);
  /// Replaces. What is larger than the whole cache is not kept.
  void put(const std::string& key, Entry entry);
  void forget(const std::string& key);
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Kept {
    std::string key;
    Entry entry;
  };
  using Order = std::list<Kept>;

  void drop(Order::iterator kept);

  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  Order order_;  // latest use first
  std::unordered_map<std::string, Order::iterator> by_key_;
};

}  // namespace tonearm::media
