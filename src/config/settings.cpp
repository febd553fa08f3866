#include "config/settings.hpp"

namespace tonearm::config {

std::string digest_name(const UserSettings& user) {
  if (!user.username.empty()) return user.username;
  const auto colon = user.sip.find(':');
  const auto at = user.sip.find('@');
  if (colon != std::string::npos && at != std::string::npos && at > colon + 1) {
    return user.sip.substr(colon + 1, at - colon - 1);
  }
  return user.name;
}

}  // namespace tonearm::config
