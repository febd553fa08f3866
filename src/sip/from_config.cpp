#include "sip/from_config.hpp"

#include "sip/address.hpp"
#include "sip/uri.hpp"

namespace tonearm::sip {
namespace {

constexpr std::uint16_t kSipPort = 5060;

/// Username: as configured, else the user part of the contact, else the name.
UserEntry user_of(const config::UserSettings& user) {
  UserEntry entry{user.id.to_string(), user.name, user.username, {}, user.nat};
  const auto contact = parse_uri(user.sip);
  if (contact && is_address_literal(contact->host)) {
    entry.contact = {contact->host, contact->port == 0 ? kSipPort : contact->port};
  }
  if (entry.username.empty() && contact) entry.username = contact->user;
  if (entry.username.empty()) entry.username = user.name;
  return entry;
}

std::vector<call::Codec> codecs_of(const std::vector<std::string>& names) {
  std::vector<call::Codec> codecs;
  for (const std::string& name : names) {
    if (name == "PCMU") codecs.push_back(call::Codec::pcmu);
    if (name == "PCMA") codecs.push_back(call::Codec::pcma);
  }
  return codecs;
}

}  // namespace

Directory directory_of(const config::Settings& settings) {
  Directory directory;
  directory.open = settings.sip.open;
  for (const auto& application : settings.applications) {
    directory.applications.push_back(
        {application.name, application.tenant.to_string(), application.addresses});
  }
  for (const auto& user : settings.users) directory.users.push_back(user_of(user));
  for (const auto& trunk : settings.trunks) {
    directory.trunks.push_back(
        {trunk.name, trunk.sources, trunk.trust_identity, trunk.nat, trunk.strip, trunk.prefix});
  }
  return directory;
}

CallLegsSettings call_legs_settings(const config::Settings& settings) {
  CallLegsSettings out;
  AgentSettings& agent = out.agent;
  for (const auto& listener : settings.sip.listen) {
    // TLS listeners are refused when the configuration is checked, until they are built.
    if (listener.transport == config::SipTransport::udp)
      agent.listen.push_back({Transport::udp, listener.endpoint});
    if (listener.transport == config::SipTransport::tcp)
      agent.listen.push_back({Transport::tcp, listener.endpoint});
  }
  agent.public_address = settings.sip.public_address;
  for (const auto& server : settings.sip.dns) agent.dns.push_back(server.to_string());
  agent.directory = directory_of(settings);
  agent.capabilities.codecs = codecs_of(settings.media.codecs);
  agent.ringing_limit = settings.calls.ringing_timeout;
  agent.dscp = settings.quality.dscp;
  out.media_public_address = settings.media.public_address;
  return out;
}

}  // namespace tonearm::sip
