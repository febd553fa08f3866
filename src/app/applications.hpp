#pragma once

#include <cstddef>
#include <deque>
#include <expected>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "call/call.hpp"

namespace tonearm::app {

/// An application as calls come in for it and go out from it.
struct ServedApplication {
  call::CallSetup setup;
  std::size_t max_calls = 0;               ///< At once; 0 = no limit.
  std::size_t max_calls_per_second = 0;    ///< 0 = no limit.
  std::vector<std::string> may_call = {};  ///< Number prefixes without visual separators; "*" = all.
};

/// The applications by their place, which `IncomingInvite::application` names, and how busy each is.
/// Threading: thread-safe.
class Applications {
 public:
  explicit Applications(std::vector<ServedApplication> applications) { update(std::move(applications)); }

  /// For calls that come in from now on: the same places, and maybe more behind them.
  void update(std::vector<ServedApplication> applications);
  /// Counts a call in, or says which limit it would break. Each that was counted in ends with `end_call`.
  [[nodiscard]] std::expected<call::CallSetup, std::string> begin_call(std::size_t place,
                                                                       base::TimePoint now);
  void end_call(std::size_t place);
  [[nodiscard]] std::optional<std::size_t> place_of(call::ApplicationId application) const;
  [[nodiscard]] ServedApplication at(std::size_t place) const;

 private:
  struct Served {
    ServedApplication now;
    std::size_t calls = 0;
    std::deque<base::TimePoint> begun;  // of the last second, at most max_calls_per_second
  };

  mutable std::mutex mutex_;  // guards served_
  std::vector<Served> served_;
};

}  // namespace tonearm::app
