#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "sip/libre.hpp"

namespace tonearm::sip {

/// What a refusal or a registrar's answer says beyond what every response has. A value.
struct ResponseDetails {
  std::vector<std::string> www_authenticate;
  std::vector<std::string> proxy_authenticate;
  std::optional<std::chrono::seconds> retry_after;
  std::optional<std::chrono::seconds> min_expires;
  std::optional<std::chrono::seconds> granted;  ///< `expires` of our Contact, else Expires.
};

/// `own_contact`: the URI that was registered; empty if that does not matter.
[[nodiscard]] ResponseDetails details_of(const sip_msg& response, const std::string& own_contact);

}  // namespace tonearm::sip
