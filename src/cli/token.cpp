#include <algorithm>
#include <cstdio>

#include "app/settings_map.hpp"
#include "auth/rsa_key.hpp"
#include "auth/token_issuer.hpp"
#include "base/clock.hpp"
#include "cli/settings_source.hpp"
#include "cli/subcommands.hpp"

namespace tonearm::cli {
namespace {

int fail_with(const std::string& why) {
  std::fprintf(stderr, "tonearm token: %s\n", why.c_str());
  return kExitFailed;
}

}  // namespace

int token(const TokenOptions& options) {
  const auto settings = load_settings(options.config, options.dev);
  if (!settings) return kExitFailed;
  const auto applications = app::token_applications(*settings);
  if (!applications) return fail_with(applications.error().message());
  const auto found = std::ranges::find(*applications, options.application, &auth::Application::name);
  if (found == applications->end()) return fail_with("there is no application '" + options.application + "'");

  // The key of the server that has this data_dir; made here if it has not run yet.
  const auto now = base::WallClock::now();
  auto key =
      auth::RsaKey::load_or_create(settings->server.data_dir / auth::kTokenKeyFile, "Tonearm tokens", now);
  if (!key) return fail_with(key.error().message());
  const std::string& base = settings->server.public_url;
  const auto issued = auth::TokenIssuer(*std::move(key), *applications)
                          .issue(*found, base.empty() ? "http://127.0.0.1" : base, now);
  if (!issued) return fail_with(issued.error().message());
  std::puts(issued->c_str());
  return kExitGood;
}

}  // namespace tonearm::cli
