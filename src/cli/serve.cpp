#include <csignal>
#include <cstdio>

#include "app/server.hpp"
#include "base/log.hpp"
#include "cli/service_notify.hpp"
#include "cli/settings_source.hpp"
#include "cli/signals.hpp"
#include "cli/subcommands.hpp"

namespace tonearm::cli {
namespace {

void reload(app::Server& server, const ServeOptions& options) {
  notify_service_manager("RELOADING=1");
  auto settings = load_settings(options.config, options.dev);
  if (settings) {
    const auto done = server.reload(*std::move(settings));
    if (done) {
      spdlog::info("settings were read again");
    } else {
      spdlog::error("nothing was changed: {}", done.error().message());
    }
  }
  notify_service_manager("READY=1");
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
  notify_service_manager("READY=1");
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
  while (signals.wait() == SIGHUP) reload(**server, options);
  notify_service_manager("STOPPING=1");
  const SignalWatch impatience(signals, [&server](int signal) {
    if (signal != SIGHUP) (*server)->hurry();
  });
  (*server)->stop();
  return kExitGood;
}

}  // namespace tonearm::cli
