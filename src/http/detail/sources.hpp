#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace tonearm::http::detail {

/// The connections that there are, in all and from each address. Threading: thread-safe.
class Sources {
 public:
  void enter(const std::string& address);
  void leave(const std::string& address);

  [[nodiscard]] std::size_t total() const { return total_; }
  [[nodiscard]] std::size_t from(const std::string& address) const;

 private:
  std::atomic<std::size_t> total_{0};
  mutable std::mutex mutex_;                                // guards by_source_
  std::unordered_map<std::string, std::size_t> by_source_;  // by base::source_key; only those that have some
};

}  // namespace tonearm::http::detail
