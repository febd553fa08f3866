#include <csignal>
#include <cstdio>
#include <exception>

#include "cli/options.hpp"
#include "cli/subcommands.hpp"

namespace {

using namespace tonearm::cli;

struct Run {
  int operator()(const ServeOptions& options) const { return serve(options); }
  int operator()(const CheckOptions& options) const { return check(options); }
  int operator()(const TokenOptions& options) const { return token(options); }
  int operator()(const CaOptions& options) const { return ca(options); }
  int operator()(const DemoOptions& options) const { return demo(options); }
  int operator()(const CallOptions& options) const { return call(options); }
  int operator()(const TraceOptions& options) const { return trace(options); }
  int operator()(const VersionOptions&) const { return version(); }
};

}  // namespace

int main(int argc, char** argv) try {
  std::signal(SIGPIPE, SIG_IGN);  // a closed connection is an error of its write, not the end
  const auto command = parse_command_line(argc, argv);
  if (command) return std::visit(Run{}, *command);
  std::fputs(command.error().out.c_str(), stdout);
  std::fputs(command.error().err.c_str(), stderr);
  return command.error().status;
} catch (const std::exception& error) {
  std::fprintf(stderr, "tonearm: %s\n", error.what());
  return kExitFailed;
}
