#include "sip/digest.hpp"

#include "sip/digest_client.hpp"
#include "support/targets.hpp"

// Credentials that phones send, and challenges of trunks. Both are read of the same bytes.

namespace tonearm::fuzz {
namespace {

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void as_credentials(std::string_view header) {
  (void)sip::realm_in(header);
  const auto credentials = sip::parse_credentials(header);
  if (!credentials) return;
  require(sip::realm_in(header) == credentials->realm, "there is one realm");
  (void)credentials->count();
  const std::string expected =
      sip::expected_response(*credentials, "REGISTER", base::Secret("correct horse"));
  const bool md5 = credentials->algorithm == sip::DigestAlgorithm::md5;
  require(is_hex(expected) && expected.size() == (md5 ? 32 : 64), "a response is a hash");
  require(!sip::same_response(credentials->response, expected), "nobody guesses the password");
}

void as_challenge(std::string_view header) {
  const auto challenge = sip::parse_challenge(header, false);
  if (!challenge) return;
  require(!challenge->nonce.empty(), "there is nothing to answer without a nonce");
  const sip::Credentials credentials{"ada", base::Secret("correct horse")};
  const std::string line = authorization_line(*challenge, credentials, "INVITE", "sip:bob@example.com",
                                              {.count = 1, .cnonce = "0a4f113b"});
  require(line.find_first_of("\r\n") == line.size() - 2 && line.ends_with("\r\n"),
          "an answer is one line, whatever the challenge says");
  const auto has_password = [](std::string_view text) {
    return text.find("correct horse") != std::string_view::npos;
  };
  require(has_password(header) || !has_password(line),
          "a password is never sent");                     // the fuzzer reads it in memory
  if (!challenge->qop_auth || line.size() > 2000) return;  // longer ones nobody reads
  constexpr std::string_view kName = "Authorization: ";
  require(line.starts_with(kName), "the header has its name");
  const auto sent =
      sip::parse_credentials(std::string_view(line).substr(kName.size(), line.size() - kName.size() - 2));
  require(sent && sent->nonce == challenge->nonce && sent->realm == challenge->realm,
          "our own server understands the answer");
  require(sip::same_response(sent->response, sip::expected_response(*sent, "INVITE", credentials.password)),
          "our own server believes the answer");
}

}  // namespace

void digest(Bytes bytes) {
  as_credentials(text_of(bytes));
  as_challenge(text_of(bytes));
}

}  // namespace tonearm::fuzz
