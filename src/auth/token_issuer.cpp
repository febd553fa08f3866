#include "auth/token_issuer.hpp"

#include <algorithm>
#include <expected>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "auth/detail/client_assertion.hpp"
#include "auth/detail/token_error.hpp"
#include "auth/form.hpp"

namespace tonearm::auth {
namespace {

using detail::TokenError;

/// Graph's own application id, which may stand for its address.
constexpr std::string_view kGraphId = "00000003-0000-0000-c000-000000000000";
constexpr std::string_view kDefaultScope = "/.default";
/// A bot that was given a wrong secret asks a few times; several of them may sit behind one address.
constexpr base::BackOff::Rule kGuesses{
    .free = 20, .first = std::chrono::seconds(1), .most = std::chrono::seconds(30)};

bool is_graph(std::string_view resource) {
  while (resource.ends_with('/')) resource.remove_suffix(1);
  return resource == TokenIssuer::kAudience || resource == kGraphId;
}

/// `https://graph.microsoft.com/.default`, and the form with two slashes that many samples build.
bool is_graph_default(std::string_view scope) {
  return scope.ends_with(kDefaultScope) && is_graph(scope.substr(0, scope.size() - kDefaultScope.size()));
}

bool is_any_tenant(std::string_view tenant) {
  return tenant == "common" || tenant == "organizations";
}

std::string field(const Form& form, const char* name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string() : found->second;
}

constexpr const char* kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

struct Credentials {
  std::string client_id;
  std::string secret;
  std::string also;  ///< The secret, if it was sent form-encoded.
  std::string assertion;
};

Credentials credentials_of(const TokenRequest& request, const Form& form) {
  if (const auto basic = parse_basic(request.authorization))
    return {form_decoded(basic->user), basic->password, form_decoded(basic->password),
            field(form, "client_assertion")};
  const std::string secret = field(form, "client_secret");
  Credentials credentials{field(form, "client_id"), secret, secret, field(form, "client_assertion")};
  if (credentials.client_id.empty() && !credentials.assertion.empty())
    credentials.client_id =
        detail::subject_of(credentials.assertion);  // RFC 7523 §3.2: client_id is optional
  return credentials;
}

/// One proof, of a kind that is known (RFC 6749 §2.3).
std::expected<void, TokenError> check_kind(const Credentials& credentials, const Form& form) {
  if (credentials.secret.empty() && credentials.assertion.empty())
    return std::unexpected(detail::missing_secret());
  if (credentials.assertion.empty()) return {};
  if (!credentials.secret.empty()) return std::unexpected(detail::two_credentials());
  const std::string type = field(form, "client_assertion_type");
  if (type.empty()) return std::unexpected(detail::missing_parameter("client_assertion_type"));
  if (type != kAssertionType) return std::unexpected(detail::wrong_assertion_type(type));
  return {};
}

std::expected<void, TokenError> check_target(const TokenRequest& request, const Form& form) {
  const std::string scope = field(form, "scope");
  if (!scope.empty()) {
    if (!is_graph_default(scope)) return std::unexpected(detail::wrong_scope(scope));
    return {};
  }
  if (!request.v1) return std::unexpected(detail::missing_parameter("scope"));
  const std::string resource = field(form, "resource");
  if (resource.empty()) return std::unexpected(detail::missing_parameter("resource"));
  if (!is_graph(resource)) return std::unexpected(detail::wrong_resource(resource));
  return {};
}

/// Whom the request names; nothing is proven yet.
std::expected<const Application*, TokenError> find_application(const std::vector<Application>& applications,
                                                               const TokenRequest& request,
                                                               const Credentials& credentials) {
  if (credentials.client_id.empty()) return std::unexpected(detail::missing_parameter("client_id"));
  const auto id = base::Guid::parse(credentials.client_id);
  const auto found =
      std::ranges::find_if(applications, [&](const Application& a) { return id && a.id == *id; });
  const bool any_tenant = is_any_tenant(request.tenant);
  if (found == applications.end() || (!any_tenant && base::Guid::parse(request.tenant) != found->tenant))
    return std::unexpected(detail::unknown_application(credentials.client_id, request.tenant));
  return &*found;
}

std::string success(const std::string& token, bool v1, base::WallTime now) {
  boost::json::object body{{"token_type", "Bearer"}};
  if (v1) {
    // The first version writes numbers as strings.
    const auto begin = base::WallClock::to_time_t(now);
    const auto lifetime = std::to_string(TokenIssuer::kLifetime.count());
    body["expires_in"] = lifetime;
    body["ext_expires_in"] = lifetime;
    body["not_before"] = std::to_string(begin);
    body["expires_on"] = std::to_string(begin + TokenIssuer::kLifetime.count());
    body["resource"] = TokenIssuer::kAudience;
  } else {
    body["expires_in"] = TokenIssuer::kLifetime.count();
    body["ext_expires_in"] = TokenIssuer::kLifetime.count();
  }
  body["access_token"] = token;
  return boost::json::serialize(body);
}

boost::json::object claims_of(const Application& application, const std::string& base_url,
                              base::WallTime now) {
  const auto begin = base::WallClock::to_time_t(now);
  const std::string id = application.id.to_string();
  const std::string tenant = application.tenant.to_string();
  return {{"aud", TokenIssuer::kAudience},
          {"iss", base_url + "/" + tenant + "/v2.0"},
          {"iat", begin},
          {"nbf", begin},
          {"exp", begin + TokenIssuer::kLifetime.count()},
          {"appid", id},
          {"azp", id},
          {"app_displayname", application.name},
          {"idtyp", "app"},
          {"roles", boost::json::array(application.roles.begin(), application.roles.end())},
          {"sub", id},
          {"tid", tenant},
          {"ver", "2.0"}};
}

}  // namespace

TokenIssuer::TokenIssuer(std::shared_ptr<const RsaKey> key, std::vector<Application> applications)
    : key_(std::move(key)),
      applications_(std::make_shared<Applications>(std::move(applications))),
      guesses_(kGuesses) {}

void TokenIssuer::set_applications(std::vector<Application> applications) {
  auto now_known = std::make_shared<const Applications>(std::move(applications));
  const std::lock_guard lock(mutex_);
  applications_ = std::move(now_known);
  issued_.clear();  // their roles may have changed
}

std::shared_ptr<const TokenIssuer::Applications> TokenIssuer::applications() const {
  const std::lock_guard lock(mutex_);
  return applications_;
}

std::expected<const Application*, TokenAnswer> TokenIssuer::authenticate(const Applications& known,
                                                                         const TokenRequest& request,
                                                                         const Form& form,
                                                                         base::WallTime now) {
  const auto refuse = [&](const TokenError& error) {
    return std::unexpected(to_answer(error, request.correlation_id, now));
  };
  const Credentials credentials = credentials_of(request, form);
  const auto application = find_application(known, request, credentials);
  if (!application) return refuse(application.error());
  if (const auto kind = check_kind(credentials, form); !kind) return refuse(kind.error());
  if (credentials.assertion.empty()) {
    const auto proven = check_secret(**application, request, {credentials.secret, credentials.also}, now);
    if (!proven) return std::unexpected(proven.error());
    return *application;
  }
  const auto assertion = detail::check_assertion(credentials.assertion, **application, request, now);
  if (!assertion) return refuse(assertion.error());
  return *application;
}

std::expected<void, TokenAnswer> TokenIssuer::check_secret(const Application& application,
                                                           const TokenRequest& request,
                                                           const Spellings& secret, base::WallTime now) {
  const std::string guesser = application.id.to_string() + " " + base::source_key(request.source);
  const std::lock_guard lock(mutex_);
  if (const auto wait = guesses_.wait(guesser, request.at); wait.count() != 0) {
    TokenAnswer later = to_answer(detail::too_many_guesses(), request.correlation_id, now);
    later.retry_after = wait;
    return std::unexpected(std::move(later));
  }
  if (application.secret.equals(secret.first) || application.secret.equals(secret.second)) {
    guesses_.forgive(guesser);
    return {};
  }
  if (!request.source.empty()) guesses_.failed(guesser, request.at);
  return std::unexpected(
      to_answer(detail::wrong_secret(application.id.to_string()), request.correlation_id, now));
}

TokenAnswer TokenIssuer::answer(const TokenRequest& request, base::WallTime now) {
  const auto refuse = [&](const TokenError& error) { return to_answer(error, request.correlation_id, now); };
  if (!accepts_tenant(request.tenant)) return refuse_tenant(request.tenant, request.correlation_id, now);
  const Form form = parse_form(request.form);
  const std::string grant = field(form, "grant_type");
  if (grant.empty()) return refuse(detail::missing_parameter("grant_type"));
  if (grant != "client_credentials") return refuse(detail::wrong_grant(grant));
  const auto known = applications();
  const auto application = authenticate(*known, request, form, now);
  if (!application) return application.error();
  if (const auto target = check_target(request, form); !target) return refuse(target.error());
  const auto token = issue(**application, request.base_url, now);
  if (!token) return refuse({500, "server_error", 90033, "The token could not be signed."});
  return {200, success(*token, request.v1, now)};
}

base::Result<std::string> TokenIssuer::issue(const Application& application, const std::string& base_url,
                                             base::WallTime now) {
  const std::lock_guard lock(mutex_);
  // Bots without a token cache ask before every call: within one second they get the same token, so a
  // signature (1 ms) per second and application is the most that it costs.
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  Issued& last = issued_[{application.id, base_url}];
  if (last.at == second && !last.token.empty()) return last.token;
  auto token = key_->sign(claims_of(application, base_url, now));
  if (token) last = {second, *token};
  return token;
}

bool TokenIssuer::accepts_tenant(std::string_view tenant) const {
  if (is_any_tenant(tenant)) return true;
  const auto id = base::Guid::parse(tenant);
  return id && std::ranges::any_of(*applications(), [&](const Application& a) { return a.tenant == *id; });
}

TokenAnswer TokenIssuer::refuse_tenant(const std::string& tenant, const std::string& correlation_id,
                                       base::WallTime now) {
  return to_answer(detail::unknown_tenant(tenant), correlation_id, now);
}

TrustedIssuer TokenIssuer::trust() const {
  // Our key signs for this purpose only, and `iss` follows the host that the bot came to.
  const auto accepts = [](std::string_view iss, std::string_view tenant) {
    return (iss.starts_with("https://") || iss.starts_with("http://")) &&
           iss.ends_with("/" + std::string(tenant) + "/v2.0");
  };
  return {accepts,
          {std::string(kAudience), std::string(kAudience) + "/", std::string(kGraphId)},
          {PublicKey::from_jwk(key_->public_jwk()).value()}};
}

}  // namespace tonearm::auth
