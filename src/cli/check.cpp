#include <cstdio>

#include "app/capacity.hpp"
#include "app/settings_map.hpp"
#include "cli/settings_source.hpp"
#include "cli/subcommands.hpp"

namespace tonearm::cli {

int check(const CheckOptions& options) {
  const auto settings = load_settings(options.config, options.dev);
  if (!settings) return kExitFailed;
  if (const auto tokens = app::token_applications(*settings); !tokens) {
    std::fprintf(stderr, "%s: %s\n", options.config.c_str(), tokens.error().message().c_str());
    return kExitFailed;
  }
  std::printf("%s is good: applications=%zu users=%zu trunks=%zu issuers=%zu calls=%zu\n",
              options.config.c_str(), settings->applications.size(), settings->users.size(),
              settings->trunks.size(), settings->issuers.size(), app::most_calls(*settings));
  return kExitGood;
}

}  // namespace tonearm::cli
