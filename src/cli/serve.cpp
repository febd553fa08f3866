#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "app/server.hpp"
#include "base/log.hpp"
#include "cli/service_notify.hpp"
#include "cli/settings_source.hpp"
#include "cli/signals.hpp"
#include "cli/subcommands.hpp"

namespace tonearm::cli {
namespace {

/// What a manager shows beside the service's name.
std::string up_and(std::string_view what) {
  return fmt::format("READY=1\nSTATUS={}", what);
}

void reload(app::Server& server, const ServeOptions& options) {
  notify_service_manager(reloading_state());
  std::string outcome = "the settings have a fault, the former ones stay in force: see the log";
  if (auto settings = load_settings(options.config, options.dev)) {
    const auto done = server.reload(*std::move(settings));
    if (done) {
      spdlog::info("settings were read again");
      outcome = server.ready_line();
    } else {
      spdlog::error("nothing was changed: {}", done.error().message());
    }
  }
  notify_service_manager(up_and(outcome));
}

void announce(const app::Server& server, const std::filesystem::path& dev_environment) {
  if (!dev_environment.empty()) {
    std::fprintf(stderr, "tonearm: the credentials of application demo are in %s\n", dev_environment.c_str());
  }
  if (const std::string ca = server.ca_file(); !ca.empty()) {
    std::fprintf(stderr, "tonearm: clients that speak https must trust %s\n", ca.c_str());
  }
  std::printf("%s\n", server.ready_line().c_str());
  std::fflush(stdout);
  notify_service_manager(up_and(server.ready_line()));
}

}  // namespace

int serve(const ServeOptions& options) {
  const Signals signals;
  auto settings = load_settings(options.config, options.dev);
  if (!settings) return kExitFailed;
  base::start_logging(settings->log.level, settings->log.format == config::LogFormat::json ? "json" : "text");
  const std::filesystem::path dev_environment = settings->dev_environment;
  const auto server = app::Server::start(*std::move(settings), {.trace_sip = options.trace_sip});
  if (!server) {
    std::fprintf(stderr, "tonearm: %s\n", server.error().message().c_str());
    return kExitFailed;
  }
  announce(**server, dev_environment);
  std::optional<ServiceWatchdog> watchdog;
  if (const auto limit = watchdog_limit()) watchdog.emplace(*limit, [&server] { return (*server)->alive(); });
  while (signals.wait() == SIGHUP) reload(**server, options);
  notify_service_manager(stopping_state((*server)->longest_stop()));
  const SignalWatch impatience(signals, [&server](int signal) {
    if (signal != SIGHUP) (*server)->hurry();
  });
  (*server)->stop();
  return kExitGood;
}

}  // namespace tonearm::cli
