#include "sip/digest.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace tonearm::sip {
namespace {

constexpr std::size_t kHeaderMax = 2048;

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string hex(const unsigned char* bytes, std::size_t count) {
  std::string text;
  text.reserve(2 * count);
  for (std::size_t i = 0; i < count; ++i) fmt::format_to(std::back_inserter(text), "{:02x}", bytes[i]);
  return text;
}

std::string hash(DigestAlgorithm algorithm, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  const EVP_MD* type = algorithm == DigestAlgorithm::md5 ? EVP_md5() : EVP_sha256();
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, type, nullptr) != 1) return {};
  return hex(digest.data(), length);
}

void skip_blanks(std::string_view& rest) {
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
}

std::string_view take_word(std::string_view& rest) {
  const auto end = std::min(rest.find_first_of(" \t=,"), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

/// A quoted string or a token. Nothing if the closing quote is missing.
std::optional<std::string> take_value(std::string_view& rest) {
  if (rest.empty() || rest.front() != '"') return std::string(take_word(rest));
  std::string value;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return value;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    value.push_back(rest[i]);
  }
  return std::nullopt;
}

/// Calls `found(name, value)` for each parameter after "Digest". False if it is no such header.
template <class Found>
bool for_each_parameter(std::string_view header, Found found) {
  if (header.size() > kHeaderMax) return false;
  skip_blanks(header);
  if (!same_word(take_word(header), "Digest")) return false;
  while (true) {
    skip_blanks(header);
    if (header.empty()) return true;
    const std::string_view name = take_word(header);
    skip_blanks(header);
    if (name.empty() || header.empty() || header.front() != '=') return false;
    header.remove_prefix(1);
    skip_blanks(header);
    auto value = take_value(header);
    if (!value) return false;
    found(name, std::move(*value));
    skip_blanks(header);
    if (!header.empty() && header.front() != ',') return false;
    if (!header.empty()) header.remove_prefix(1);
  }
}

constexpr std::pair<std::string_view, std::string DigestCredentials::*> kFields[] = {
    {"username", &DigestCredentials::username}, {"realm", &DigestCredentials::realm},
    {"nonce", &DigestCredentials::nonce},       {"uri", &DigestCredentials::uri},
    {"response", &DigestCredentials::response}, {"cnonce", &DigestCredentials::cnonce},
    {"nc", &DigestCredentials::nonce_count},
};

bool is_complete(const DigestCredentials& credentials) {
  return std::ranges::none_of(kFields,
                              [&](const auto& field) { return (credentials.*field.second).empty(); }) &&
         credentials.count() != 0;
}

}  // namespace

std::string_view to_string(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::md5 ? "MD5" : "SHA-256";
}

std::uint32_t DigestCredentials::count() const {
  std::uint32_t value = 0;
  const char* end = nonce_count.data() + nonce_count.size();
  const auto [read, errc] = std::from_chars(nonce_count.data(), end, value, 16);
  return errc == std::errc{} && read == end && nonce_count.size() == 8 ? value : 0;
}

std::optional<DigestCredentials> parse_credentials(std::string_view header) {
  DigestCredentials credentials;
  std::string algorithm = "MD5";  // if it is not said (RFC 7616 §3.3)
  std::string qop;
  const bool digest = for_each_parameter(header, [&](std::string_view name, std::string value) {
    if (same_word(name, "algorithm")) return algorithm.swap(value);
    if (same_word(name, "qop")) return qop.swap(value);
    for (const auto& [field, member] : kFields) {
      if (same_word(name, field)) return (credentials.*member).swap(value);
    }
  });
  if (same_word(algorithm, "SHA-256")) {
    credentials.algorithm = DigestAlgorithm::sha256;
  } else if (!same_word(algorithm, "MD5")) {
    return std::nullopt;
  }
  if (!digest || !same_word(qop, "auth") || !is_complete(credentials)) return std::nullopt;
  return credentials;
}

std::string realm_in(std::string_view header) {
  std::string realm;
  for_each_parameter(header, [&](std::string_view name, std::string value) {
    if (same_word(name, "realm")) realm = std::move(value);
  });
  return realm;
}

std::string expected_response(const DigestCredentials& credentials, std::string_view method,
                              const base::Secret& password) {
  const auto h = [&](std::string_view text) { return hash(credentials.algorithm, text); };
  const std::string who =
      h(fmt::format("{}:{}:{}", credentials.username, credentials.realm, password.reveal()));
  const std::string what = h(fmt::format("{}:{}", method, credentials.uri));
  return h(fmt::format("{}:{}:{}:{}:auth:{}", who, credentials.nonce, credentials.nonce_count,
                       credentials.cnonce, what));
}

bool same_response(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    difference |= static_cast<unsigned>(std::tolower(static_cast<unsigned char>(a[i])) ^
                                        std::tolower(static_cast<unsigned char>(b[i])));
  }
  return difference == 0 && !a.empty();
}

std::string keyed_hash(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &length);
  return hex(digest.data(), length);
}

}  // namespace tonearm::sip
