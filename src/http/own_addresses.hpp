#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace tonearm::http {

/// Under which names clients reach this server: decides what URLs in answers start with. An unknown `Host` is
/// never reflected (operations.md §3). Threading: immutable.
class OwnAddresses {
 public:
  /// `public_url` without a slash at its end; `dropin_hosts` are names without port, lower case.
  /// `https_url` is the base of the first https listener, or empty.
  OwnAddresses(std::string public_url, std::vector<std::string> dropin_hosts, std::string https_url = {});

  /// `https://host[:port]`: the request's scheme and host if they are ours, else `public_url`.
  [[nodiscard]] std::string base_url(const Request& request) const;
  /// The same for what must be https: token issuers. Plain requests get the https listener's base, if there
  /// is one.
  [[nodiscard]] std::string secure_base_url(const Request& request) const;
  /// Is `request.host` one that this listener goes by? Guards browsers' users against DNS rebinding.
  [[nodiscard]] bool is_own_host(const Request& request) const;

 private:
  const std::string public_url_;
  const std::string public_authority_;
  const std::vector<std::string> dropin_hosts_;
  const std::string https_url_;
};

}  // namespace tonearm::http
