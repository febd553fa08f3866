#include "auth/discovery.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "auth/form.hpp"
#include "base/guid.hpp"

namespace tonearm::auth {
namespace {

using boost::json::array;
using boost::json::object;

std::string host_of(const std::string& base_url) {
  const auto slashes = base_url.find("://");
  return slashes == std::string::npos ? base_url : base_url.substr(slashes + 3);
}

/// First path segment of the URL, if it is a tenant id; else `common`.
std::string tenant_of(const std::string& url) {
  const auto host = url.find("://");
  const auto slash = host == std::string::npos ? host : url.find('/', host + 3);
  if (slash == std::string::npos) return "common";
  const auto tenant = base::Guid::parse(url.substr(slash + 1, url.find('/', slash + 1) - slash - 1));
  return tenant ? tenant->to_string() : "common";
}

}  // namespace

std::string openid_configuration(const std::string& base_url, const std::string& tenant, bool v1) {
  const auto id = base::Guid::parse(tenant);
  const std::string own = base_url + "/" + tenant;
  const std::string oauth = own + (v1 ? "/oauth2" : "/oauth2/v2.0");
  return boost::json::serialize(object{
      {"issuer", base_url + "/" + (id ? id->to_string() : "{tenantid}") + "/v2.0"},
      {"authorization_endpoint", oauth + "/authorize"},
      {"token_endpoint", oauth + "/token"},
      {"jwks_uri", own + "/discovery/v2.0/keys"},
      {"token_endpoint_auth_methods_supported",
       array{"client_secret_post", "private_key_jwt", "client_secret_basic"}},
      {"token_endpoint_auth_signing_alg_values_supported", array{"RS256", "PS256"}},
      {"grant_types_supported", array{"client_credentials"}},
      {"response_types_supported", array{"token"}},
      {"response_modes_supported", array{"query"}},
      {"subject_types_supported", array{"pairwise"}},
      {"id_token_signing_alg_values_supported", array{"RS256"}},
      {"scopes_supported", array{"https://graph.microsoft.com/.default"}},
      {"claims_supported", array{"aud", "iss", "iat", "nbf", "exp", "appid", "azp", "tid", "roles", "idtyp"}},
      {"tenant_region_scope", nullptr},
      {"cloud_instance_name", host_of(base_url)},
      {"msgraph_host", "graph.microsoft.com"}});
}

std::string instance_discovery(const std::string& base_url, std::string_view query) {
  const Form parameters = parse_form(query);
  const auto endpoint = parameters.find("authorization_endpoint");
  const std::string tenant = endpoint == parameters.end() ? "common" : tenant_of(endpoint->second);
  const std::string host = host_of(base_url);
  return boost::json::serialize(object{
      {"tenant_discovery_endpoint", base_url + "/" + tenant + "/v2.0/.well-known/openid-configuration"},
      {"api-version", "1.1"},
      {"metadata",
       array{object{{"preferred_network", host}, {"preferred_cache", host}, {"aliases", array{host}}}}}});
}

std::string notification_configuration(const std::string& base_url, const std::string& issuer) {
  return boost::json::serialize(object{{"issuer", issuer},
                                       {"authorization_endpoint", base_url + "/v1/authorize"},
                                       {"jwks_uri", base_url + "/v1/keys"},
                                       {"response_types_supported", array{"token"}},
                                       {"subject_types_supported", array{"public"}},
                                       {"id_token_signing_alg_values_supported", array{"RS256"}},
                                       {"token_endpoint_auth_methods_supported", array{"private_key_jwt"}}});
}

}  // namespace tonearm::auth
