#include <boost/json/array.hpp>

#include "auth/form.hpp"
#include "graph/parse_json.hpp"
#include "support/key.hpp"
#include "support/targets.hpp"

// A request for a token: the Authorization header in the first line, the form in the rest.

namespace tonearm::fuzz {
namespace {

constexpr const char* kSecret = "f7QpLm2Zc9XsR4tBvN8wKd3HgJ6yTq1A";
constexpr const char* kTenant = "00000000-0000-4000-8000-0000000000aa";

/// Our own key's: nobody else has signed anything with it.
auth::ClientCertificate certificate() {
  const auto& chain = own_key()->public_jwk().at("x5c").as_array();
  const std::string der(chain.front().as_string().c_str());
  return auth::ClientCertificate::from_pem("-----BEGIN CERTIFICATE-----\n" + der +
                                           "\n-----END CERTIFICATE-----\n")
      .value();
}

auth::TokenIssuer& token_issuer() {
  static auth::TokenIssuer made(own_key(),
                                {{"demo",
                                  base::Guid::parse("00000000-0000-4000-8000-000000000001").value(),
                                  base::Guid::parse(kTenant).value(),
                                  base::Secret(kSecret),
                                  {"Calls.Initiate.All"},
                                  certificate()}});
  return made;
}

}  // namespace

void token_form(Bytes bytes) {
  Input input(bytes);
  auth::TokenRequest request;
  request.tenant = kTenant;
  request.authorization = text_of(input.until("\n"));
  request.form = text_of(input.rest());
  request.base_url = "https://localhost:8443";
  request.correlation_id = "00000000-0000-4000-8000-0000000000cc";
  // The fuzzer may read it in memory.
  if (auth::form_decoded(request.form + request.authorization).find(kSecret) != std::string::npos) return;
  if (const auto basic = auth::parse_basic(request.authorization); basic && basic->password == kSecret)
    return;
  const auto answer = token_issuer().answer(request, base::WallTime(std::chrono::seconds(1'700'000'000)));
  require(answer.status >= 400 && answer.status < 500, "nobody gets a token without the secret");
  require(graph::parse_json(answer.body).has_value(), "a refusal is JSON, whatever was asked");
}

}  // namespace tonearm::fuzz
