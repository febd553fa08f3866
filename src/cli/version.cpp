#include <cstdio>

#include "cli/subcommands.hpp"

namespace tonearm::cli {

int version() {
  std::puts("tonearm " TONEARM_VERSION);
  return kExitGood;
}

int trace(const TraceOptions&) {
  std::fputs(
      "tonearm: trace is not built yet; the last SIP messages of a call are at /tonearm/calls/{id}/sip\n",
      stderr);
  return kExitFailed;
}

}  // namespace tonearm::cli
