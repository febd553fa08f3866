#pragma once

#include "cli/options.hpp"

// One function per subcommand: prints, and returns the exit status of the process. Called on the main thread,
// before any other exists.

namespace tonearm::cli {

inline constexpr int kExitGood = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitRefused = 3;
inline constexpr int kExitNoAnswer = 4;

/// Until SIGTERM or SIGINT; a second one ends it at once.
int serve(const ServeOptions& options);
int check(const CheckOptions& options);
int token(const TokenOptions& options);
int ca(const CaOptions& options);
int demo(const DemoOptions& options);
int call(const CallOptions& options);
int trace(const TraceOptions& options);
int version();

}  // namespace tonearm::cli
