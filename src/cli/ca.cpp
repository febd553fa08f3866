#include <cstdio>

#include "base/clock.hpp"
#include "cli/subcommands.hpp"
#include "net/authority.hpp"

namespace tonearm::cli {

int ca(const CaOptions& options) {
  const auto files = net::ensure_authority(options.folder, options.hosts, base::WallClock::now());
  if (!files) {
    std::fprintf(stderr, "tonearm: %s\n", files.error().message().c_str());
    return kExitFailed;
  }
  std::printf("trust this in clients:    %s\nserver.tls_certificate =  %s\nserver.tls_key =          %s\n",
              files->ca.c_str(), files->certificate.c_str(), files->key.c_str());
  return kExitGood;
}

}  // namespace tonearm::cli
