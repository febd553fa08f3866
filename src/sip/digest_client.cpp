#include "sip/digest_client.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace tonearm::sip {
namespace {

bool same(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string hex_hash(Challenge::Algorithm algorithm, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  const EVP_MD* kind = algorithm == Challenge::Algorithm::md5 ? EVP_md5() : EVP_sha256();
  EVP_Digest(text.data(), text.size(), bytes.data(), &length, kind, nullptr);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02x}", bytes[i]);
  return hex;
}

/// Takes `"…"` with its escapes, or a token, off the front.
std::string take_value(std::string_view& text) {
  std::string value;
  if (!text.starts_with('"')) {
    const auto end = std::min(text.find(','), text.size());
    value = trimmed(text.substr(0, end));
    text.remove_prefix(end);
    return value;
  }
  std::size_t at = 1;
  for (; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    value.push_back(text[at]);
  }
  text.remove_prefix(std::min(at + 1, text.size()));
  return value;
}

/// Calls `found(name, value)` for each `name=value` or `name="value"` between commas.
template <class Found>
void for_each_parameter(std::string_view text, Found found) {
  while (!text.empty()) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return;
    const std::string_view name = trimmed(text.substr(0, equals));
    text.remove_prefix(equals + 1);
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    const std::string value = take_value(text);
    found(name, value);
    text.remove_prefix(std::min(std::min(text.find(','), text.size()) + 1, text.size()));
  }
}

bool offers_auth(std::string_view qop) {
  while (!qop.empty()) {
    const auto end = std::min(qop.find(','), qop.size());
    if (same(trimmed(qop.substr(0, end)), "auth")) return true;
    qop.remove_prefix(std::min(end + 1, qop.size()));
  }
  return false;
}

std::string in_double_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + '"';
}

std::string_view name_of(Challenge::Algorithm algorithm) {
  return algorithm == Challenge::Algorithm::md5 ? "MD5" : "SHA-256";
}

}  // namespace

std::optional<Challenge> parse_challenge(std::string_view value, bool proxy) {
  if (std::ranges::any_of(value, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; }))
    return std::nullopt;  // it would stand in our answer
  value = trimmed(value);
  const auto space = value.find_first_of(" \t");
  if (space == std::string_view::npos || !same(value.substr(0, space), "Digest")) return std::nullopt;
  Challenge challenge;
  challenge.proxy = proxy;
  bool known = true;
  for_each_parameter(value.substr(space + 1), [&](std::string_view name, const std::string& text) {
    if (same(name, "realm")) challenge.realm = text;
    if (same(name, "nonce")) challenge.nonce = text;
    if (same(name, "opaque")) challenge.opaque = text;
    if (same(name, "stale")) challenge.stale = same(text, "true");
    if (same(name, "qop")) {
      challenge.qop_auth = offers_auth(text);
      known = known && challenge.qop_auth;  // auth-int alone
    }
    if (same(name, "algorithm")) {
      challenge.algorithm_named = true;
      if (same(text, "SHA-256")) challenge.algorithm = Challenge::Algorithm::sha256;
      known = known && (same(text, "MD5") || same(text, "SHA-256"));
    }
  });
  if (!known || challenge.nonce.empty() || challenge.realm.empty()) return std::nullopt;
  return challenge;
}

std::optional<Challenge> best_challenge(const std::vector<std::string>& www_authenticate,
                                        const std::vector<std::string>& proxy_authenticate) {
  std::optional<Challenge> best;
  const auto consider = [&](const std::vector<std::string>& values, bool proxy) {
    for (const std::string& value : values) {
      auto challenge = parse_challenge(value, proxy);
      if (challenge && (!best || challenge->algorithm > best->algorithm)) best = std::move(challenge);
    }
  };
  consider(www_authenticate, false);
  consider(proxy_authenticate, true);
  return best;
}

std::string digest_response(const Challenge& challenge, const Credentials& credentials,
                            std::string_view method, std::string_view uri, const DigestUse& use) {
  const auto hash = [&](std::string_view text) { return hex_hash(challenge.algorithm, text); };
  const std::string who =
      hash(fmt::format("{}:{}:{}", credentials.username, challenge.realm, credentials.password.reveal()));
  const std::string what = hash(fmt::format("{}:{}", method, uri));
  if (!challenge.qop_auth) return hash(fmt::format("{}:{}:{}", who, challenge.nonce, what));
  return hash(fmt::format("{}:{}:{:08x}:{}:auth:{}", who, challenge.nonce, use.count, use.cnonce, what));
}

std::string authorization_line(const Challenge& challenge, const Credentials& credentials,
                               std::string_view method, std::string_view uri, const DigestUse& use) {
  std::string line = fmt::format("{}: Digest username={}, realm={}, nonce={}, uri={}, response=\"{}\"",
                                 challenge.proxy ? "Proxy-Authorization" : "Authorization",
                                 in_double_quotes(credentials.username), in_double_quotes(challenge.realm),
                                 in_double_quotes(challenge.nonce), in_double_quotes(uri),
                                 digest_response(challenge, credentials, method, uri, use));
  if (challenge.algorithm_named) line += fmt::format(", algorithm={}", name_of(challenge.algorithm));
  if (challenge.qop_auth) {
    line += fmt::format(", qop=auth, nc={:08x}, cnonce={}", use.count, in_double_quotes(use.cnonce));
  }
  if (!challenge.opaque.empty()) line += fmt::format(", opaque={}", in_double_quotes(challenge.opaque));
  return line + "\r\n";
}

std::optional<std::string> ChallengeAnswerer::answer(const std::optional<Challenge>& challenge,
                                                     const Asked& asked) {
  if (credentials_.username.empty() || credentials_.password.empty()) return std::nullopt;
  if (!challenge || !asked.from_trunk || asked.answered >= kAnswersMax) return std::nullopt;
  if (!realm_.empty() && challenge->realm != realm_) return std::nullopt;
  // The same nonce again without "stale" means that the answer was wrong (RFC 7616 §3.3).
  if (asked.answered > 0 && challenge->nonce == nonce_ && !challenge->stale) return std::nullopt;
  realm_ = challenge->realm;
  if (challenge->nonce != nonce_) {
    nonce_ = challenge->nonce;
    count_ = 0;
  }
  return authorization_line(*challenge, credentials_, asked.method, asked.uri, {++count_, asked.cnonce});
}

}  // namespace tonearm::sip
