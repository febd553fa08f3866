#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace tonearm::net {

/// Where a development certificate authority and the certificate that it issued lie. All PEM.
struct AuthorityFiles {
  std::filesystem::path ca;           ///< `ca.pem`: what clients are told to trust.
  std::filesystem::path ca_key;       ///< 0600
  std::filesystem::path certificate;  ///< Server certificate with the authority's behind it.
  std::filesystem::path key;          ///< 0600
};

/// A private certificate authority in `folder` for `--dev`, and a server certificate for localhost,
/// 127.0.0.1,
/// ::1 and `hosts`. Kept while they last at least another day and cover the hosts, else made anew: 30 days,
/// name-constrained (RFC 5280 §4.2.1.10) to those names and the loopback networks, so that trusting it risks
/// nothing else.
/// Errors: `certificate_unusable`, or the system's for files.
[[nodiscard]] base::Result<AuthorityFiles> ensure_authority(const std::filesystem::path& folder,
                                                            const std::vector<std::string>& hosts,
                                                            base::WallTime now);

}  // namespace tonearm::net
