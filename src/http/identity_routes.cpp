#include "http/identity_routes.hpp"

#include <algorithm>
#include <utility>

#include "auth/discovery.hpp"
#include "auth/form.hpp"
#include "graph/text.hpp"
#include "http/errors.hpp"

namespace tonearm::http {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return result;
}

/// First segment of a path, and what follows it with its slash; doubled slashes count as one.
std::pair<std::string, std::string> split_first(std::string_view path) {
  std::string plain;
  for (const char c : path) {
    if (c != '/' || !plain.ends_with('/')) plain.push_back(c);
  }
  const auto slash = plain.find('/', 1);
  if (slash == std::string::npos) return {plain.substr(1), ""};
  return {plain.substr(1, slash - 1), plain.substr(slash)};
}

enum class Document {
  token_v2,
  token_v1,
  configuration_v2,
  configuration_v1,
  keys,
  instance,
  bot_configuration,
  bot_keys
};

struct Row {
  std::string_view first;  ///< Empty: the tenant stands there.
  std::string_view rest;
  Document document;
};

constexpr Row kRows[] = {
    {"v1", "/.well-known/openidconfiguration", Document::bot_configuration},
    {"v1", "/keys", Document::bot_keys},
    {"common", "/discovery/instance", Document::instance},
    {"", "/oauth2/v2.0/token", Document::token_v2},
    {"", "/oauth2/token", Document::token_v1},
    {"", "/v2.0/.well-known/openid-configuration", Document::configuration_v2},
    {"", "/.well-known/openid-configuration", Document::configuration_v1},
    {"", "/discovery/v2.0/keys", Document::keys},
    {"", "/discovery/keys", Document::keys},
};

const Row* find_row(const std::string& first, const std::string& rest) {
  const auto row = std::ranges::find_if(
      kRows, [&](const Row& r) { return (r.first.empty() || r.first == first) && r.rest == rest; });
  return row == std::end(kRows) ? nullptr : row;
}

std::string correlation_id(const Request& request) {
  if (!request.client_request_id.empty()) return request.client_request_id;
  const auto query = auth::parse_form(request.query());  // where MSAL for node puts it
  const auto found = query.find("client-request-id");
  return found == query.end() ? request.id : found->second;
}

Response uncached(Response response) {
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

}  // namespace

std::optional<Response> IdentityRoutes::handle(const Request& request) const {
  const auto [first, rest] = split_first(request.path());
  const std::string tenant = lower(first);
  const Row* row = find_row(tenant, lower(rest));
  if (!row) return std::nullopt;
  const bool is_token = row->document == Document::token_v2 || row->document == Document::token_v1;
  const std::string_view method = is_token ? "POST" : "GET";
  if (request.method != method) return method_not_allowed(request, std::string(method));
  switch (row->document) {
    case Document::token_v2:
      return token(request, tenant, false);
    case Document::token_v1:
      return token(request, tenant, true);
    case Document::configuration_v2:
      return configuration(request, tenant, false);
    case Document::configuration_v1:
      return configuration(request, tenant, true);
    case Document::keys:
      return json_response(200, auth::jwks_document(tokens_.key()));
    case Document::instance:
      return json_response(200,
                           auth::instance_discovery(addresses_.secure_base_url(request), request.query()));
    case Document::bot_configuration:
      return json_response(
          200, auth::notification_configuration(addresses_.secure_base_url(request), signer_.issuer()));
    case Document::bot_keys:
      return json_response(200, auth::jwks_document(signer_.key()));
  }
  std::unreachable();
}

Response IdentityRoutes::token(const Request& request, const std::string& tenant, bool v1) const {
  const auto answer =
      tokens_.answer({tenant, v1, request.body, request.authorization, addresses_.secure_base_url(request),
                      correlation_id(request), request.remote.address, request.received},
                     request.date);
  Response response = uncached(json_response(answer.status, answer.body));
  if (answer.status == 401) response.headers.push_back({"WWW-Authenticate", R"(Basic realm="tonearm")"});
  if (answer.retry_after.count() != 0)
    response.headers.push_back({"Retry-After", std::to_string(answer.retry_after.count())});
  return response;
}

Response IdentityRoutes::configuration(const Request& request, const std::string& tenant, bool v1) const {
  if (!tokens_.accepts_tenant(tenant)) {
    const auto answer = tokens_.refuse_tenant(tenant, correlation_id(request), request.date);
    return json_response(answer.status, answer.body);
  }
  return json_response(200, auth::openid_configuration(addresses_.secure_base_url(request), tenant, v1));
}

}  // namespace tonearm::http
