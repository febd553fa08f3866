#pragma once

#include <expected>
#include <string>

#include "base/secret.hpp"
#include "cli/options.hpp"
#include "config/settings.hpp"
#include "net/url.hpp"

namespace tonearm::cli {

/// Where a running server's admin listener is, and what it wants to be shown. Threading: a value.
struct AdminAccess {
  net::Url url;
  base::Secret token;  ///< Empty: none is sent.
};

/// As the command line says, else as the settings say, else as `serve --dev` listens. Settings that were not
/// named count only if the listener was not named either: their token is for their own server. The error is
/// for people.
[[nodiscard]] std::expected<AdminAccess, std::string> find_admin(const AdminOptions& options);

/// The first listener of these settings, by the address that reaches it from this machine.
[[nodiscard]] std::expected<std::string, std::string> admin_url(const config::AdminSettings& admin);

}  // namespace tonearm::cli
