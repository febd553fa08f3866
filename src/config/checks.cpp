#include "config/checks.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace tonearm::config {
namespace {

/// Reports what two entries of one kind must not share.
class Unique {
 public:
  Unique(Findings& findings, std::string what) : findings_(findings), what_(std::move(what)) {}

  void take(const std::string& path, const std::string& text) {
    if (text.empty() || seen_.insert(text).second) return;
    findings_.add(path, fmt::format("must be unique: another {} has \"{}\"", what_, text));
  }

 private:
  Findings& findings_;
  const std::string what_;
  std::set<std::string> seen_;
};

std::string path_of(std::string_view kind, const std::string& name, std::size_t index) {
  return name.empty() ? fmt::format("{}.#{}", kind, index + 1) : fmt::format("{}.{}", kind, name);
}

bool is_wildcard(const std::string& address) {
  return address == "0.0.0.0" || address == "::";
}

void check_public_url(const ServerSettings& server, Findings& findings) {
  if (findings.written("server.public_url")) {
    if (server.public_url.empty()) {
      findings.add("server.public_url", "must not be empty; leave it out to follow the first http listener");
    }
  } else if (!server.http.empty() && is_wildcard(server.http.front().address)) {
    findings.add("server.http", "listens everywhere; say in server.public_url how bots reach it");
  }
}

void check_server(const ServerSettings& server, bool dev, Findings& findings) {
  if (server.http.empty() && server.https.empty()) {
    findings.add("server.http", "and https are both empty; the API needs a listener");
  }
  if (server.tls_certificate.empty() != server.tls_key.empty()) {
    findings.add(server.tls_key.empty() ? "server.tls_certificate" : "server.tls_key",
                 "must be given together with the other of tls_certificate and tls_key");
  }
  if (!server.https.empty() && server.tls_certificate.empty() && !dev) {
    findings.add("server.https", "needs tls_certificate and tls_key (only --dev makes its own)");
  }
  check_public_url(server, findings);
  if (server.data_dir.empty()) findings.add("server.data_dir", "must not be empty");
}

void check_admin(const AdminSettings& admin, Findings& findings) {
  for (const base::Endpoint& endpoint : admin.listen) {
    if (base::is_loopback(endpoint.address) || !admin.token.empty()) continue;
    findings.add("admin.listen",
                 fmt::format("{} is not loopback; give admin.token_file too", endpoint.to_string()));
  }
}

void check_signalling(const Settings& settings, Findings& findings) {
  const SipSettings& sip = settings.sip;
  if (sip.expires_min > sip.expires_max) {
    findings.add(findings.written("sip.expires_max") ? "sip.expires_max" : "sip.expires_min",
                 fmt::format("makes the shortest registration ({}) longer than the longest ({})",
                             to_string(sip.expires_min), to_string(sip.expires_max)));
  }
  for (const SipListener& listener : sip.listen) {
    if (!is_wildcard(listener.endpoint.address) || !sip.public_address.empty()) continue;
    findings.add("sip.listen",
                 fmt::format("{} listens everywhere; say in sip.public_address how phones reach it",
                             to_string(listener)));
  }
  const MediaSettings& media = settings.media;
  if (media.address.empty()) findings.add("media.address", "must not be empty");
  if (is_wildcard(media.address) && media.public_address.empty() && sip.public_address.empty()) {
    findings.add(
        "media.address",
        fmt::format("{} means every address; say in media.public_address where phones send their audio",
                    media.address));
  }
  if (settings.media.codecs.empty()) findings.add("media.codecs", "must name at least one codec");
}

void check_applications(const Settings& settings, Findings& findings) {
  Unique names(findings, "application");
  Unique ids(findings, "application");
  Unique addresses(findings, "application");
  for (std::size_t i = 0; i < settings.applications.size(); ++i) {
    const ApplicationSettings& application = settings.applications[i];
    const std::string path = path_of("application", application.name, i);
    if (application.name.empty()) findings.add(path + ".name", "is missing");
    if (application.id.is_nil())
      findings.add(path + ".id", "is missing: the GUID that the bot calls its client id");
    if (application.tenant.is_nil())
      findings.add(path + ".tenant", "is missing: the GUID of the bot's tenant");
    names.take(path + ".name", variable_part(application.name));
    ids.take(path + ".id", application.id.is_nil() ? "" : application.id.to_string());
    for (const std::string& address : application.addresses) addresses.take(path + ".addresses", address);
    const bool rings = !application.addresses.empty() && !application.auto_answer;
    if (rings && application.webhook.empty()) {
      findings.add(path + ".webhook",
                   "is missing: where to announce calls to its addresses (or set auto_answer)");
    }
  }
}

void check_users(const Settings& settings, Findings& findings) {
  Unique ids(findings, "user");
  Unique logins(findings, "user");
  for (std::size_t i = 0; i < settings.users.size(); ++i) {
    const UserSettings& user = settings.users[i];
    const std::string path = path_of("user", user.name, i);
    if (user.name.empty()) findings.add(path + ".name", "is missing");
    if (user.id.is_nil()) findings.add(path + ".id", "is missing: the user's GUID in the directory");
    ids.take(path + ".id", user.id.is_nil() ? "" : user.id.to_string());
    logins.take(path + ".username", digest_name(user));
    if (user.sip.empty() && user.password.empty()) {
      findings.add(path + ".sip",
                   "is missing: give the phone's fixed address, or a password to register with");
    }
  }
}

/// What calls out must know where to, and as whom.
void check_trunk_out(const TrunkSettings& trunk, const std::string& path, Findings& findings) {
  if (trunk.register_ && trunk.uri.empty()) findings.add(path + ".register", "needs uri: where to register");
  if (trunk.register_ && trunk.username.empty()) {
    findings.add(path + ".register", "needs username: what to register");
  }
  if (!trunk.password.empty() && trunk.username.empty()) {
    findings.add(path + ".password", "needs username beside it");
  }
  if (!trunk.numbers.empty() && trunk.uri.empty()) {
    findings.add(path + ".numbers", "needs uri: where they go out");
  }
}

void check_trunks(const Settings& settings, Findings& findings) {
  Unique names(findings, "trunk");
  for (std::size_t i = 0; i < settings.trunks.size(); ++i) {
    const TrunkSettings& trunk = settings.trunks[i];
    const std::string path = path_of("trunk", trunk.name, i);
    if (trunk.name.empty()) findings.add(path + ".name", "is missing");
    names.take(path + ".name", variable_part(trunk.name));
    if (trunk.uri.empty() && trunk.sources.empty()) {
      findings.add(path, "does nothing: give uri (calls out) or sources (calls in)");
    }
    check_trunk_out(trunk, path, findings);
    if (trunk.via.empty()) continue;
    const auto via = parse_sip_listener(trunk.via);
    if (!via || std::ranges::find(settings.sip.listen, *via) == settings.sip.listen.end()) {
      findings.add(path + ".via", fmt::format("must be one of sip.listen, not \"{}\"", trunk.via));
    } else if (via->transport != trunk.transport) {
      findings.add(path + ".via", "has another protocol than transport");
    }
  }
}

constexpr std::string_view kWellKnown = "/.well-known/openid-configuration";

/// Keys that come over plain http are anybody's; on loopback nobody is in between.
bool is_safe_issuer_url(std::string_view url) {
  if (url.starts_with("https://")) return true;
  constexpr std::string_view kPlain = "http://";
  if (!url.starts_with(kPlain)) return false;
  const std::string_view host = url.substr(kPlain.size());
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"localhost", "127.0.0.1", "[::1]"}, [&](std::string_view own) {
        return host.starts_with(own) &&
               (host.size() == own.size() || host[own.size()] == ':' || host[own.size()] == '/');
      });
}

void check_issuer_url(const std::string& url, const std::string& path, Findings& findings) {
  if (url.empty()) return findings.add(path, "is missing: what its tokens have as `iss`");
  if (!is_safe_issuer_url(url)) findings.add(path, "must be https: whoever sends us keys can sign any token");
  if (url.ends_with(kWellKnown)) findings.add(path, fmt::format("ends before {}", kWellKnown));
}

void check_issuers(const Settings& settings, Findings& findings) {
  Unique names(findings, "issuer");
  Unique urls(findings, "issuer");
  for (std::size_t i = 0; i < settings.issuers.size(); ++i) {
    const IssuerSettings& issuer = settings.issuers[i];
    const std::string path = path_of("issuer", issuer.name, i);
    if (issuer.name.empty()) findings.add(path + ".name", "is missing");
    names.take(path + ".name", variable_part(issuer.name));
    std::string_view url = issuer.url;
    while (url.ends_with('/')) url.remove_suffix(1);
    urls.take(path + ".url", std::string(url));
    check_issuer_url(issuer.url, path + ".url", findings);
    if (issuer.audience.empty())
      findings.add(path + ".audience", "is missing: what `aud` of its tokens must be");
  }
}

}  // namespace

void complete(Settings& settings, const Findings& findings) {
  ServerSettings& server = settings.server;
  if (findings.written("server.public_url")) {
    while (server.public_url.ends_with('/')) server.public_url.pop_back();
  } else if (!server.http.empty() && server.http.front().port == 0) {
    server.public_url.clear();  // known once it is bound
  } else if (!server.http.empty() || !server.https.empty()) {
    const bool plain = !server.http.empty();
    server.public_url =
        (plain ? "http://" : "https://") + (plain ? server.http : server.https).front().to_string();
  }
  if (!settings.dev) return;
  const auto on_loopback = [](const SipListener& listener) {
    return base::is_loopback(listener.endpoint.address);
  };
  if (!findings.written("sip.open"))
    settings.sip.open = std::ranges::all_of(settings.sip.listen, on_loopback);
  for (auto* networks : {&settings.prompts.allow_networks, &settings.notifications.allow_networks}) {
    networks->push_back(*base::Network::parse("127.0.0.0/8"));
    networks->push_back(*base::Network::parse("::1"));
  }
  for (ApplicationSettings& application : settings.applications) {
    if (!findings.written("application." + application.name + ".may_call")) application.may_call = {"*"};
  }
}

void check_consistency(const Settings& settings, Findings& findings) {
  check_server(settings.server, settings.dev, findings);
  check_admin(settings.admin, findings);
  check_signalling(settings, findings);
  check_applications(settings, findings);
  check_users(settings, findings);
  check_trunks(settings, findings);
  check_issuers(settings, findings);
}

}  // namespace tonearm::config
