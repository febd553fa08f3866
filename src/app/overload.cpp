#include "app/overload.hpp"

#include <algorithm>
#include <utility>

namespace tonearm::app {
namespace {

constexpr std::array<std::string_view, kBusyParts.size()> kReasons = {
    "the media threads are as busy as they may be", "signalling is as busy as it may be",
    "the threads that serve calls are as busy as they may be"};

}  // namespace

Overload::Overload() : Overload(Rule{}) {}

void Overload::read(Reading reading) {
  readings_.push_back(std::move(reading));
  // One that is a window old or older stays, to count from.
  while (readings_.size() > 2 && readings_.back().at - readings_[1].at >= rule_.window) readings_.pop_front();
  if (readings_.back().at - readings_.front().at < rule_.window) return;
  for (std::size_t part = 0; part < kBusyParts.size(); ++part) {
    const double share = busiest(part);
    shares_[part].store(share, std::memory_order_relaxed);
    const double limit = rule_.busy[part] - (over_[part] ? rule_.relief : 0);
    over_[part].store(share >= limit, std::memory_order_relaxed);
  }
}

double Overload::busiest(std::size_t part) const {
  const Reading& from = readings_.front();
  const Reading& to = readings_.back();
  const std::chrono::duration<double> took = to.at - from.at;
  double most = 0;
  for (std::size_t thread = 0; thread < std::min(from.used[part].size(), to.used[part].size()); ++thread) {
    const std::chrono::duration<double> used = to.used[part][thread] - from.used[part][thread];
    most = std::max(most, used / took);
  }
  return most;
}

std::optional<std::string_view> Overload::why() const {
  for (std::size_t part = 0; part < kBusyParts.size(); ++part)
    if (over_[part].load(std::memory_order_relaxed)) return kReasons[part];
  return std::nullopt;
}

}  // namespace tonearm::app
