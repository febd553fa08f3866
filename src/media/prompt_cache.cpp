#include "media/prompt_cache.hpp"

#include <iterator>
#include <utility>

namespace tonearm::media {

std::optional<PromptCache::Entry> PromptCache::find(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  order_.splice(order_.begin(), order_, found->second);
  return found->second->entry;
}

void PromptCache::put(const std::string& key, Entry entry) {
  forget(key);
  const std::size_t size = entry.prompt->memory();
  if (size > bytes_max_) return;
  while (bytes_ + size > bytes_max_) drop(std::prev(order_.end()));
  order_.push_front({key, std::move(entry)});
  by_key_.emplace(key, order_.begin());
  bytes_ += size;
}

void PromptCache::forget(const std::string& key) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) drop(found->second);
}

void PromptCache::drop(Order::iterator kept) {
  bytes_ -= kept->entry.prompt->memory();
  by_key_.erase(kept->key);
  order_.erase(kept);
}

}  // namespace tonearm::media
