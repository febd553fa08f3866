#include "app/check_redirect.hpp"

#include <algorithm>

#include "app/place_call.hpp"

namespace tonearm::app {

std::optional<call::CommandFailure> redirect_refusal(const call::RedirectCommand& command,
                                                     const ServedApplication& application) {
  const bool allowed = std::ranges::all_of(
      command.targets, [&](const call::Party& target) { return may_call(application, target); });
  if (allowed) return std::nullopt;
  return forbidden_number(application);
}

}  // namespace tonearm::app
