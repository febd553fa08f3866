#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/external_issuer.hpp"
#include "auth/principal.hpp"
#include "auth/public_key.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace tonearm::auth {

namespace detail {
struct ReadToken;
}

/// One issuer whose tokens are taken, with keys that stay.
struct TrustedIssuer {
  /// Is `iss` right for a token of this tenant?
  std::function<bool(std::string_view iss, std::string_view tenant)> accepts_issuer;
  std::vector<std::string> audiences;
  std::vector<PublicKey> keys;
};

/// Turns the bearer token of a request into a principal (design §4): the one place where tokens are judged.
/// A token is checked with the keys of the issuers that may have written its `iss`, and with no others.
/// Verified tokens are remembered by their hash until they expire, so that only an application's first
/// request pays for the signature (20 µs); the memory is bounded. Threading: thread-safe.
class Verifier {
 public:
  /// How far clocks may be apart.
  static constexpr std::chrono::minutes kSkew{5};
  /// Remembered tokens; beyond it the expired ones go, or all.
  static constexpr std::size_t kRememberedMax = 4096;

  using ExternalIssuers = std::vector<std::shared_ptr<ExternalIssuer>>;

  explicit Verifier(std::vector<TrustedIssuer> issuers, ExternalIssuers external = {})
      : issuers_(std::move(issuers)), external_(std::move(external)) {}

  /// `authorization` is the header's whole value. Errors: `invalid_token` (also for an empty one),
  /// `unknown_key`, `delegated_token`; the context says why, for people, without the token.
  [[nodiscard]] base::Result<PrincipalPtr> verify(std::string_view authorization, base::WallTime now);

  /// For a token that was refused as of an unknown key: asks its issuer which keys it has now. `done` is
  /// told, on any thread, when it pays to verify again. False: not now, the refusal stands; `done` is
  /// dropped.
  bool fetch_keys(std::string_view authorization, base::TimePoint now, ExternalIssuer::Waiter done);
  /// Has old keys of external issuers fetched again. Cheap; to be called often.
  void keep_fresh(base::TimePoint now);
  /// Nobody waits for keys any more.
  void close();

 private:
  using Hash = std::array<unsigned char, 32>;
  struct HashOfHash {
    std::size_t operator()(const Hash& hash) const;
  };
  struct Remembered {
    PrincipalPtr principal;
    base::WallTime expires;
    const ExternalIssuer* issuer = nullptr;  ///< None: our own.
    std::uint64_t generation = 0;            ///< Of its keys.
  };
  /// The key that a token was signed with, and what its issuer stands for.
  struct Signer {
    PublicKey key;
    const std::vector<std::string>* audiences = nullptr;
    const ExternalIssuer* issuer = nullptr;
    std::uint64_t generation = 0;
  };

  [[nodiscard]] base::Result<Remembered> judge(std::string_view token, base::WallTime now) const;
  [[nodiscard]] base::Result<Signer> find_signer(const detail::ReadToken& token) const;
  [[nodiscard]] PrincipalPtr recall(const Hash& hash, base::WallTime now);
  void remember(const Hash& hash, const Remembered& token, base::WallTime now);

  const std::vector<TrustedIssuer> issuers_;
  const ExternalIssuers external_;
  std::mutex mutex_;                                             // guards remembered_
  std::unordered_map<Hash, Remembered, HashOfHash> remembered_;  // by SHA-256 of the token
};

}  // namespace tonearm::auth
