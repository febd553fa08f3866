#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

#include "fault_control.hpp"

namespace tonearm::testing {

/// A bad disk and a clock that jumps, for one `ServerProcess` and the folder that it keeps its data in.
/// Lifecycle: outlives the server that has its environment. Threading: thread-safe.
class Faults {
 public:
  /// `directory`: where the page may lie, outside of `data_dir`.
  Faults(const std::filesystem::path& directory, const std::filesystem::path& data_dir);
  ~Faults();
  Faults(const Faults&) = delete;
  Faults& operator=(const Faults&) = delete;

  /// What the server's environment needs.
  [[nodiscard]] std::map<std::string, std::string> environment() const;
  void disk(Disk disk) { page_->disk.store(disk); }
  /// The wall clock is so much ahead of the true one.
  void clock(std::chrono::nanoseconds ahead) { page_->clock_offset_ns.store(ahead.count()); }
  /// True once the disk has held or refused something since it went bad.
  [[nodiscard]] bool was_met() const { return page_->held.load() > 0 || page_->refused.load() > 0; }

 private:
  const std::filesystem::path file_;
  const std::filesystem::path data_dir_;
  FaultControl* page_ = nullptr;
};

}  // namespace tonearm::testing
