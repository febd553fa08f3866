#include "sip/uri.hpp"
#include "support/targets.hpp"

// Addresses of callers, contacts and routes.

namespace tonearm::fuzz {

void sip_uri(Bytes bytes) {
  const std::string_view text = text_of(bytes);
  (void)sip::party_in(text);
  const std::string plain = sip::without_separators(text);
  require(sip::without_separators(plain) == plain, "a number without separators stays as it is");
  const auto uri = sip::parse_uri(text);
  if (!uri) return;
  require(!uri->host.empty(), "an address has a host");
  (void)uri->parameter("transport");
  const std::string written = uri->to_string();
  const auto again = sip::parse_uri(written);
  require(again.has_value(), "what is written can be parsed");
  require(again->user == uri->user && again->host == uri->host && again->port == uri->port,
          "what is written means the same");
  require(again->to_string() == written, "writing it again changes nothing");
}

}  // namespace tonearm::fuzz
