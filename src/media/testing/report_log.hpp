#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "media/reports.hpp"

namespace tonearm::media::testing {

/// Collects a session's reports and lets a test wait for one. Threading: thread-safe.
class ReportLog {
 public:
  ReportSink sink() {
    return [this](const Report& report) {
      const std::lock_guard lock(mutex_);
      reports_.push_back(report);
      changed_.notify_all();
    };
  }

  /// The next report of that kind that was not waited for yet, in order; nothing after `patience`.
  template <class Kind>
  std::optional<Kind> wait(std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    std::unique_lock lock(mutex_);
    std::optional<Kind> found;
    changed_.wait_for(lock, patience, [&] {
      for (std::size_t i = 0; i < reports_.size(); ++i) {
        if (taken_.size() < reports_.size()) taken_.resize(reports_.size());
        if (taken_[i] || !std::holds_alternative<Kind>(reports_[i])) continue;
        taken_[i] = true;
        found = std::get<Kind>(reports_[i]);
        return true;
      }
      return false;
    });
    return found;
  }

  template <class Kind>
  [[nodiscard]] std::size_t count() const {
    const std::lock_guard lock(mutex_);
    std::size_t n = 0;
    for (const Report& report : reports_) n += std::holds_alternative<Kind>(report) ? 1 : 0;
    return n;
  }
  [[nodiscard]] std::vector<Report> all() const {
    const std::lock_guard lock(mutex_);
    return reports_;
  }

 private:
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::vector<Report> reports_;
  std::vector<bool> taken_;
};

}  // namespace tonearm::media::testing
