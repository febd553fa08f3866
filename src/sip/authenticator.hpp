#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/back_off.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"
#include "sip/directory.hpp"
#include "sip/metrics.hpp"
#include "sip/nonces.hpp"
#include "sip/refusal.hpp"
#include "sip/registrations.hpp"

namespace tonearm::sip {

/// What a request offers as a proof of who sent it.
struct Proof {
  std::string method;
  std::vector<std::string> authorizations;  ///< Values of Authorization.
  std::string source;                       ///< Address that it came from.
  std::string user_agent;
};

/// Why a request was not believed, and what to answer.
struct Denial {
  Refusal refusal;
  std::optional<AuthFailure> failure;  ///< None: it had no credentials, which is how it begins.
};

/// Digest authentication of users (RFC 7616, RFC 8760), the server's side. Whether a user exists cannot be
/// seen from an answer, nor from how long it takes. Threading: strand-bound (the signalling loop).
class Authenticator {
 public:
  explicit Authenticator(std::string realm);

  /// Only those with a password can be proven.
  void set_users(const std::vector<UserEntry>& users);
  [[nodiscard]] bool has_users() const { return !passwords_.empty(); }
  /// True if one of the values is for our realm.
  [[nodiscard]] bool concerns_us(const std::vector<std::string>& authorizations) const;

  /// The user's object id, or what to answer: 401 with challenges, 503 while too much is guessed.
  /// `registrations`: whoever has a phone at an address is heard from there whatever others try.
  std::expected<std::string, Denial> check(const Proof& proof, const Registrations& registrations,
                                           base::TimePoint now);

 private:
  struct Account {
    std::string id;
    base::Secret password;
  };
  [[nodiscard]] Denial challenge(const Proof& proof, bool stale, std::optional<AuthFailure> failure,
                                 base::TimePoint now) const;
  /// Whose failures count together.
  struct Suspect {
    std::string user;
    std::string source;
    bool at_home = false;
  };
  [[nodiscard]] std::optional<Denial> hold_back(const Suspect& suspect, base::TimePoint now) const;

  const std::string realm_;
  std::unordered_map<std::string, Account> passwords_;  // by digest name
  const base::Secret nobodys_password_;                 // what unknown users are measured against
  Nonces nonces_;
  base::BackOff by_user_;
  base::BackOff by_source_;
};

}  // namespace tonearm::sip
