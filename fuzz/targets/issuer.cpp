#include "auth/detail/jwt.hpp"
#include "auth/issuer_documents.hpp"
#include "support/key.hpp"
#include "support/targets.hpp"

// What an external issuer answers: its discovery document, and its keys. The first line is its address.

namespace tonearm::fuzz {
namespace {

const auth::detail::ReadToken& token_of_ours() {
  static const auto read =
      auth::detail::read_token(own_key()->sign({{"iss", "https://localhost"}}).value()).value();
  return read;
}

}  // namespace

void issuer(Bytes bytes) {
  Input input(bytes);
  const std::string url(text_of(input.until("\n")));
  const std::string_view text = text_of(input.rest());
  const auth::IssuerName name(url);
  if (const auto document = auth::parse_discovery(text)) {
    require(!document->issuer.empty() && !document->jwks_uri.empty(),
            "a document names the issuer and its keys");
    (void)name.is(document->issuer);
  }
  constexpr const char* kTenant = "00000000-0000-4000-8000-0000000000aa";
  if (name.accepts(text, kTenant))
    require(text.size() + 100 > url.size(), "an issuer has the name of its address");
  const auto keys = auth::parse_key_set(text);
  if (!keys) return;
  require(!keys->empty() && keys->size() <= 100, "a set has keys, and not too many");
  for (const auth::PublicKey& key : *keys)
    require(!auth::detail::is_signed_by(token_of_ours(), key), "nobody has a key of ours");
}

}  // namespace tonearm::fuzz
