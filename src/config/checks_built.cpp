#include <fmt/format.h>

#include "config/checks.hpp"

namespace tonearm::config {
namespace {

void check_server_built(const Settings& settings, Findings& findings) {
  for (const SipListener& listener : settings.sip.listen) {
    if (listener.transport != SipTransport::tls) continue;
    findings.add("sip.listen",
                 fmt::format("{}: SIP over TLS is not built yet; use udp: or tcp:", to_string(listener)));
  }
  for (const std::string& codec : settings.media.codecs) {
    if (codec == "PCMU" || codec == "PCMA") continue;
    findings.add("media.codecs", fmt::format("\"{}\" is not built yet; use PCMU and PCMA", codec));
  }
}

void check_trunks_built(const Settings& settings, Findings& findings) {
  for (const TrunkSettings& trunk : settings.trunks) {
    const std::string path = "trunk." + trunk.name;
    if (trunk.srtp != SrtpMode::off) findings.add(path + ".srtp", "is not built yet; leave it \"off\"");
    if (trunk.transport == SipTransport::tls) {
      findings.add(path + ".transport", "\"tls\" is not built yet; use udp or tcp");
    }
  }
}

}  // namespace

void check_built(const Settings& settings, Findings& findings) {
  check_server_built(settings, findings);
  check_trunks_built(settings, findings);
}

}  // namespace tonearm::config
