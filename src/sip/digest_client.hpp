#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"

// Answers to digest challenges (RFC 7616, RFC 8760, RFC 3261 §22): MD5 and SHA-256, qop "auth" or none.
// libre's own helpers know MD5 only and answer whoever asks.

namespace tonearm::sip {

/// A WWW-Authenticate or Proxy-Authenticate value that we can answer. A value.
struct Challenge {
  enum class Algorithm : std::uint8_t { md5, sha256 };
  std::string realm;
  std::string nonce;
  std::string opaque;
  Algorithm algorithm = Algorithm::md5;
  bool algorithm_named = false;  ///< Echoed only if it was written: some old proxies stumble over it.
  bool qop_auth = false;
  bool stale = false;
  bool proxy = false;  ///< It came as Proxy-Authenticate.
};

/// Nothing for other schemes, other algorithms (also `-sess`), `auth-int` alone, or without realm and nonce.
[[nodiscard]] std::optional<Challenge> parse_challenge(std::string_view value, bool proxy);
/// The best that we can answer: SHA-256 before MD5, else the first (RFC 8760 §2.4).
[[nodiscard]] std::optional<Challenge> best_challenge(const std::vector<std::string>& www_authenticate,
                                                      const std::vector<std::string>& proxy_authenticate);

struct Credentials {
  std::string username;
  base::Secret password;
};

/// What makes two answers to the same nonce differ.
struct DigestUse {
  std::uint32_t count = 1;  ///< `nc`
  std::string cnonce;
};

/// `response=` of RFC 7616 §3.4.1, in hex.
[[nodiscard]] std::string digest_response(const Challenge& challenge, const Credentials& credentials,
                                          std::string_view method, std::string_view uri,
                                          const DigestUse& use);
/// A complete Authorization or Proxy-Authorization line.
[[nodiscard]] std::string authorization_line(const Challenge& challenge, const Credentials& credentials,
                                             std::string_view method, std::string_view uri,
                                             const DigestUse& use);

/// Whether a trunk's password is used on a challenge. It answers for one realm only, the first that the trunk
/// asked for from an address of its own, so that a challenge which the trunk merely passes on from whoever
/// was called gets nothing. Threading: strand-bound (the signalling loop).
class ChallengeAnswerer {
 public:
  /// Answers given for one request; a fresh nonce may be stale once more, then the password is wrong.
  static constexpr int kAnswersMax = 2;

  explicit ChallengeAnswerer(Credentials credentials) : credentials_(std::move(credentials)) {}

  struct Asked {
    bool from_trunk = false;  ///< The response came from one of the trunk's addresses.
    int answered = 0;         ///< Answers that this request has carried already.
    std::string method;
    std::string uri;
    std::string cnonce;
  };
  /// The line to send the request again with; nothing if it must not or cannot be answered.
  std::optional<std::string> answer(const std::optional<Challenge>& challenge, const Asked& asked);

  [[nodiscard]] const std::string& realm() const { return realm_; }

 private:
  Credentials credentials_;
  std::string realm_;
  std::string nonce_;
  std::uint32_t count_ = 0;  // uses of nonce_
};

}  // namespace tonearm::sip
