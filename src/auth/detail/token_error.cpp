#include "auth/detail/token_error.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>

#include "base/guid.hpp"

namespace tonearm::auth::detail {
namespace {

/// What a stranger sent, short and printable.
std::string shown(const std::string& text) {
  std::string printable;
  for (const char c : text.substr(0, 100)) printable.push_back(c >= ' ' && c <= '~' ? c : '?');
  return printable;
}

}  // namespace

TokenAnswer to_answer(const TokenError& error, const std::string& correlation_id, base::WallTime now) {
  const std::string trace_id = base::Guid::random().to_string();
  const std::string time = fmt::format("{:%Y-%m-%d %H:%M:%S}Z", fmt::gmtime(base::WallClock::to_time_t(now)));
  const boost::json::object body{
      {"error", error.error},
      {"error_description",
       fmt::format("AADSTS{}: {} Trace ID: {} Correlation ID: {} Timestamp: {}", error.code,
                   error.description, trace_id, shown(correlation_id), time)},
      {"error_codes", boost::json::array{error.code}},
      {"timestamp", time},
      {"trace_id", trace_id},
      {"correlation_id", shown(correlation_id)}};
  return {error.status, boost::json::serialize(body)};
}

TokenError missing_parameter(const char* name) {
  return {400, "invalid_request", 900144,
          fmt::format("The request body must contain the parameter '{}'.", name)};
}

TokenError unknown_tenant(const std::string& tenant) {
  return {400, "invalid_request", 90002,
          fmt::format("Tenant '{}' not found. Use the tenant of the application's configuration.",
                      shown(tenant))};
}

TokenError unknown_application(const std::string& client_id, const std::string& tenant) {
  return {400, "unauthorized_client", 700016,
          fmt::format("Application '{}' was not found in the directory '{}'. Add it to the configuration.",
                      shown(client_id), shown(tenant))};
}

TokenError wrong_secret(const std::string& client_id) {
  return {401, "invalid_client", 7000215,
          fmt::format("Invalid client secret provided for application '{}'.", shown(client_id))};
}

TokenError missing_secret() {
  return {401, "invalid_client", 7000216,
          "'client_secret' or 'client_assertion' is required for the 'client_credentials' grant type."};
}

TokenError two_credentials() {
  return {400, "invalid_request", 90023,
          "The request proves the application in two ways. Send 'client_secret', Basic credentials or "
          "'client_assertion', one of them."};
}

TokenError wrong_assertion_type(const std::string& type) {
  return {400, "invalid_request", 90023,
          fmt::format("The client_assertion_type '{}' is not supported. Use "
                      "'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'.",
                      shown(type))};
}

TokenError malformed_assertion(const std::string& why) {
  return {401, "invalid_client", 50027,
          fmt::format("The client assertion is not a JWT that can be used: {}.", why)};
}

TokenError wrong_certificate(const char* why) {
  return {401, "invalid_client", 700027,
          fmt::format("Client assertion failed signature validation. {}", why)};
}

TokenError wrong_assertion_subject(const char* claim) {
  return {401, "invalid_client", 700021,
          fmt::format(
              "Client assertion application identifier doesn't match 'client_id' parameter: '{}' must be it.",
              claim)};
}

TokenError wrong_assertion_audience() {
  return {
      401, "invalid_client", 700023,
      "Client assertion audience claim does not match Realm issuer: 'aud' must be the address of this token "
      "endpoint."};
}

TokenError assertion_out_of_time(const char* why) {
  return {401, "invalid_client", 700024,
          fmt::format("Client assertion is not within its valid time range. {}", why)};
}

TokenError missing_assertion_id() {
  return {401, "invalid_client", 90014, "The required field 'jti' is missing from the client assertion."};
}

TokenError too_many_guesses() {
  return {429, "temporarily_unavailable", 50196,
          "Too many wrong secrets for this application from this address. Wait for the time in Retry-After."};
}

TokenError wrong_grant(const std::string& grant) {
  return {400, "unsupported_grant_type", 70003,
          fmt::format("The grant type '{}' is not supported. Use 'client_credentials'.", shown(grant))};
}

TokenError wrong_scope(const std::string& scope) {
  return {
      400, "invalid_scope", 70011,
      fmt::format("The scope '{}' is not valid. Use 'https://graph.microsoft.com/.default'.", shown(scope))};
}

TokenError wrong_resource(const std::string& resource) {
  return {
      400, "invalid_resource", 500011,
      fmt::format("The resource '{}' was not found. Use 'https://graph.microsoft.com'.", shown(resource))};
}

}  // namespace tonearm::auth::detail
