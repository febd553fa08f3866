#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace bot {

/// What callers have said, as WAV files in memory, while their calls last. Threading: one thread.
class Recordings {
 public:
  /// The latest one is also written to `copy`, unless that is empty.
  explicit Recordings(std::filesystem::path copy) : copy_(std::move(copy)) {}

  /// Throws `std::ios_base::failure` if the copy cannot be written.
  void keep(const std::string& name, std::string wav);
  void forget(const std::string& name) { by_name_.erase(name); }
  /// Null if there is none of that name; good until the next call of a non-const method.
  [[nodiscard]] const std::string* find(const std::string& name) const;

 private:
  const std::filesystem::path copy_;
  std::map<std::string, std::string> by_name_;
};

}  // namespace bot
