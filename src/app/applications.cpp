#include "app/applications.hpp"

#include <utility>

namespace tonearm::app {

void Applications::update(std::vector<ServedApplication> applications) {
  const std::lock_guard lock(mutex_);
  if (served_.size() < applications.size()) served_.resize(applications.size());
  for (std::size_t place = 0; place < applications.size(); ++place)
    served_[place].now = std::move(applications[place]);
}

std::expected<call::CallSetup, std::string> Applications::begin_call(std::size_t place, base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  Served& served = served_.at(place);
  const auto& [setup, max_calls, per_second, may_call] = served.now;
  if (max_calls != 0 && served.calls >= max_calls)
    return std::unexpected("the application has as many calls as it may");
  while (!served.begun.empty() && now - served.begun.front() >= std::chrono::seconds(1))
    served.begun.pop_front();
  if (per_second != 0) {
    if (served.begun.size() >= per_second)
      return std::unexpected("the application has as many calls in a second as it may");
    served.begun.push_back(now);
  }
  ++served.calls;
  return setup;
}

void Applications::end_call(std::size_t place) {
  const std::lock_guard lock(mutex_);
  --served_.at(place).calls;
}

ServedApplication Applications::at(std::size_t place) const {
  const std::lock_guard lock(mutex_);
  return served_.at(place).now;
}

std::optional<std::size_t> Applications::place_of(call::ApplicationId application) const {
  const std::lock_guard lock(mutex_);
  for (std::size_t place = 0; place < served_.size(); ++place)
    if (served_[place].now.setup.owner.application == application) return place;
  return std::nullopt;
}

}  // namespace tonearm::app
