#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/principal.hpp"
#include "auth/public_key.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace tonearm::auth {

/// One issuer whose tokens are taken.
struct TrustedIssuer {
  /// Is `iss` right for a token of this tenant?
  std::function<bool(std::string_view iss, std::string_view tenant)> accepts_issuer;
  std::vector<std::string> audiences;
  std::vector<PublicKey> keys;
};

/// Turns the bearer token of a request into a principal (design §4): the one place where tokens are judged.
/// Verified tokens are remembered by their hash until they expire, so that only an application's first
/// request pays for the signature (20 µs); the memory is bounded. Threading: thread-safe.
class Verifier {
 public:
  /// How far clocks may be apart.
  static constexpr std::chrono::minutes kSkew{5};
  /// Remembered tokens; beyond it the expired ones go, or all.
  static constexpr std::size_t kRememberedMax = 4096;

  explicit Verifier(std::vector<TrustedIssuer> issuers) : issuers_(std::move(issuers)) {}

  /// `authorization` is the header's whole value. Errors: `invalid_token` (also for an empty one),
  /// `delegated_token`; the context says why, for people, without the token.
  [[nodiscard]] base::Result<PrincipalPtr> verify(std::string_view authorization, base::WallTime now);

 private:
  using Hash = std::array<unsigned char, 32>;
  struct HashOfHash {
    std::size_t operator()(const Hash& hash) const;
  };
  struct Remembered {
    PrincipalPtr principal;
    base::WallTime expires;
  };

  [[nodiscard]] base::Result<Remembered> judge(std::string_view token, base::WallTime now) const;
  [[nodiscard]] PrincipalPtr recall(const Hash& hash, base::WallTime now);
  void remember(const Hash& hash, const Remembered& token, base::WallTime now);

  const std::vector<TrustedIssuer> issuers_;
  std::mutex mutex_;                                             // guards remembered_
  std::unordered_map<Hash, Remembered, HashOfHash> remembered_;  // by SHA-256 of the token
};

}  // namespace tonearm::auth
