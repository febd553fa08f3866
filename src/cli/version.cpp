#include <cstdio>

#include "cli/subcommands.hpp"

namespace tonearm::cli {

int version() {
  std::puts("tonearm " TONEARM_VERSION);
  return kExitGood;
}

}  // namespace tonearm::cli
