#include "app/settings_map.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <sched.h>

#include "base/private_file.hpp"
#include "sip/uri.hpp"

namespace tonearm::app {
namespace {

/// Cores that this process may run on: a container or `taskset` may leave it fewer than the machine has,
/// which glibc's own count does not say.
unsigned usable_cores() {
  cpu_set_t cores;
  if (::sched_getaffinity(0, sizeof cores, &cores) != 0)
    return std::max(1u, std::thread::hardware_concurrency());
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&cores)));
}

constexpr std::uint16_t kSipPort = 5060;

call::CallPolicy call_policy(const config::Settings& settings,
                             const config::ApplicationSettings& application) {
  call::CallPolicy policy;
  policy.queue_max = static_cast<std::size_t>(settings.calls.queue_max);
  policy.answer_timeout = settings.calls.answer_timeout;
  policy.keepalive_timeout = settings.calls.keepalive_timeout;
  policy.duration_max = settings.calls.duration_max;
  policy.ringing_timeout = settings.calls.ringing_timeout;
  policy.prompt_timeout = settings.prompts.timeout;
  policy.fallback = application.fallback;
  policy.auto_answer = application.auto_answer;
  return policy;
}

call::KeySource keys_by(config::DtmfSource source) {
  switch (source) {
    case config::DtmfSource::automatic:
      return call::KeySource::automatic;
    case config::DtmfSource::rfc4733:
      return call::KeySource::rfc4733;
    case config::DtmfSource::info:
      return call::KeySource::info;
    case config::DtmfSource::inband:
      return call::KeySource::in_band;
  }
  return call::KeySource::automatic;
}

sip::UserEntry user_entry(const config::UserSettings& user) {
  sip::UserEntry entry;
  entry.id = user.id.to_string();
  entry.name = user.name;
  entry.username = config::digest_name(user);
  entry.nat = user.nat;
  entry.password = user.password;
  entry.keys = keys_by(user.dtmf);
  if (auto uri = sip::parse_uri(user.sip)) {
    entry.contact = {uri->host, uri->port != 0 ? uri->port : kSipPort};
    if (uri->user.empty()) uri->user = entry.username;
    entry.uri = uri->to_string();
  }
  return entry;
}

/// The listener that `via` names, by its place in `sip.listen`.
std::optional<std::size_t> listener_of(const config::Settings& settings, const std::string& via) {
  const auto wanted = config::parse_sip_listener(via);
  if (!wanted) return std::nullopt;
  const auto found = std::ranges::find(settings.sip.listen, *wanted);
  if (found == settings.sip.listen.end()) return std::nullopt;
  return static_cast<std::size_t>(found - settings.sip.listen.begin());
}

sip::TrunkEntry trunk_entry(const config::Settings& settings, const config::TrunkSettings& trunk) {
  sip::TrunkEntry entry;
  entry.name = trunk.name;
  entry.sources = trunk.sources;
  entry.trust_identity = trunk.trust_identity;
  entry.nat = trunk.nat;
  entry.strip = trunk.strip;
  entry.prefix = trunk.prefix;
  entry.targets = trunk.uri;
  entry.numbers = trunk.numbers;
  entry.transport = trunk.transport == config::SipTransport::tcp ? sip::Transport::tcp : sip::Transport::udp;
  entry.listener = listener_of(settings, trunk.via);
  entry.username = trunk.username;
  entry.password = trunk.password;
  entry.registers = trunk.register_;
  entry.expires = trunk.register_expires;
  entry.probe = trunk.probe;
  entry.keys = keys_by(trunk.dtmf);
  entry.caller_id = trunk.caller_id;
  entry.max_calls = trunk.max_calls;
  return entry;
}

sip::Directory directory(const config::Settings& settings) {
  sip::Directory directory;
  directory.open = settings.sip.open;
  for (const auto& application : settings.applications) {
    directory.applications.push_back(
        {application.name, application.tenant.to_string(), application.addresses});
  }
  for (const auto& user : settings.users) directory.users.push_back(user_entry(user));
  for (const auto& trunk : settings.trunks) directory.trunks.push_back(trunk_entry(settings, trunk));
  return directory;
}

base::Result<auth::ClientCertificate> client_certificate(const std::filesystem::path& file) {
  const auto pem = base::read_file(file);
  if (!pem) return std::unexpected(pem.error());
  auto certificate = auth::ClientCertificate::from_pem(*pem);
  if (!certificate)
    return std::unexpected(
        base::Error{certificate.error().code, file.string() + ": " + certificate.error().context});
  return certificate;
}

std::vector<base::Endpoint> own_listeners(const config::Settings& settings) {
  std::vector<base::Endpoint> own = settings.server.http;
  own.insert(own.end(), settings.server.https.begin(), settings.server.https.end());
  own.insert(own.end(), settings.admin.listen.begin(), settings.admin.listen.end());
  for (const auto& listener : settings.sip.listen) {
    if (listener.transport != config::SipTransport::udp) own.push_back(listener.endpoint);
  }
  return own;
}

}  // namespace

std::vector<ServedApplication> served_applications(const config::Settings& settings) {
  std::vector<ServedApplication> served;
  for (const auto& application : settings.applications) {
    call::CallSetup setup;
    setup.owner = {call::ApplicationId(application.id), call::TenantId(application.tenant), application.name,
                   application.application_instance};
    setup.policy = call_policy(settings, application);
    setup.webhook = application.webhook;
    setup.number = sip::without_separators(application.number);
    served.push_back({std::move(setup),
                      static_cast<std::size_t>(application.max_calls),
                      static_cast<std::size_t>(application.max_calls_per_second),
                      {}});
    for (const std::string& prefix : application.may_call)
      served.back().may_call.push_back(sip::without_separators(prefix));
  }
  return served;
}

std::vector<config::ApplicationSettings> in_known_places(
    std::vector<config::ApplicationSettings> applications,
    const std::vector<config::ApplicationSettings>& known) {
  std::vector<config::ApplicationSettings> placed;
  for (const auto& before : known) {
    const auto now = std::ranges::find(applications, before.id, &config::ApplicationSettings::id);
    if (now == applications.end()) {
      placed.push_back(before);
      placed.back().addresses.clear();
    } else {
      placed.push_back(std::move(*now));
      applications.erase(now);
    }
  }
  std::ranges::move(applications, std::back_inserter(placed));
  return placed;
}

base::Result<std::vector<auth::Application>> token_applications(const config::Settings& settings) {
  std::vector<auth::Application> applications;
  for (const auto& application : settings.applications) {
    auth::Application& made = applications.emplace_back(auth::Application{
        application.name, application.id, application.tenant, application.secret, application.roles});
    if (application.certificate.empty()) continue;
    auto certificate = client_certificate(application.certificate);
    if (!certificate) {
      return std::unexpected(base::Error{
          certificate.error().code,
          fmt::format("application.{}.certificate: {}", application.name, certificate.error().context)});
    }
    made.certificate = std::move(*certificate);
  }
  return applications;
}

sip::AgentSettings sip_settings(const config::Settings& settings) {
  sip::AgentSettings sip;
  for (const auto& listener : settings.sip.listen) {
    const bool tcp = listener.transport == config::SipTransport::tcp;
    sip.listen.push_back({tcp ? sip::Transport::tcp : sip::Transport::udp, listener.endpoint});
  }
  sip.public_address = settings.sip.public_address;
  for (const auto& server : settings.sip.dns) sip.dns.push_back(server.to_string());
  sip.directory = directory(settings);
  sip.realm = settings.sip.realm;
  sip.registration.least = std::chrono::ceil<std::chrono::seconds>(settings.sip.expires_min);
  sip.registration.most =
      std::max(sip.registration.least, std::chrono::floor<std::chrono::seconds>(settings.sip.expires_max));
  sip.capabilities.codecs.clear();
  for (const auto& codec : settings.media.codecs) {
    if (codec == "PCMU") sip.capabilities.codecs.push_back(call::Codec::pcmu);
    if (codec == "PCMA") sip.capabilities.codecs.push_back(call::Codec::pcma);
  }
  sip.ringing_limit = settings.calls.ringing_timeout;
  sip.dscp = settings.quality.dscp;
  return sip;
}

std::string address_in_sdp(const config::Settings& settings) {
  const std::string& signalling = settings.sip.public_address;
  if (!settings.media.public_address.empty()) return settings.media.public_address;
  const auto is_v6 = [](const std::string& address) { return address.find(':') != std::string::npos; };
  return is_v6(signalling) == is_v6(settings.media.address) ? signalling : std::string();
}

std::filesystem::path recordings_folder(const config::Settings& settings) {
  return settings.server.data_dir / "recordings";
}

media::EngineOptions media_options(const config::Settings& settings) {
  media::EngineOptions media;
  media.address = settings.media.address;
  media.ports = {settings.media.ports.first, settings.media.ports.last};
  const unsigned cores = usable_cores();
  media.threads = settings.media.threads.automatic() ? std::max(1u, cores / 2)
                                                     : static_cast<unsigned>(settings.media.threads.count);
  media.sockets.dscp = settings.quality.dscp;
  media.lost_after = settings.media.timeout;
  media.recordings = recordings_folder(settings);
  media.prompts.cache_size = settings.prompts.cache_size.count;
  media.prompts.size_max = settings.prompts.size_max.count;
  media.prompts.timeout = settings.prompts.timeout;
  return media;
}

net::AddressPolicy callback_policy(const config::Settings& settings) {
  net::AddressPolicy policy;
  policy.allow = settings.notifications.allow_networks;
  policy.allow_loopback = settings.dev;
  policy.allow_plain_http = settings.notifications.allow_http || settings.dev;
  policy.own_listeners = own_listeners(settings);
  for (const auto& application : settings.applications) {
    if (const auto url = net::Url::parse(application.webhook)) policy.trust(*url);
  }
  return policy;
}

net::AddressPolicy prompt_policy(const config::Settings& settings) {
  net::AddressPolicy policy;
  policy.allow = settings.prompts.allow_networks;
  policy.deny = settings.prompts.deny_networks;
  policy.allow_loopback = settings.dev;
  policy.own_listeners = own_listeners(settings);
  return policy;
}

net::AddressPolicy issuer_policy(const config::Settings& settings) {
  net::AddressPolicy policy;
  policy.allow_plain_http = false;
  policy.own_listeners = own_listeners(settings);
  for (const auto& issuer : settings.issuers) {
    if (const auto url = net::Url::parse(issuer.url)) policy.trust(*url);
  }
  return policy;
}

unsigned pool_threads(const config::Settings& settings) {
  if (!settings.server.threads.automatic()) return static_cast<unsigned>(settings.server.threads.count);
  // On a single core a second thread would only make each request wait for a switch on its way to the call:
  // 30 µs of a cancel.
  return usable_cores();
}

}  // namespace tonearm::app
