#include "sip/authenticator.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/random.hpp"
#include "sip/digest.hpp"

namespace tonearm::sip {
namespace {

using std::chrono::seconds;

constexpr std::size_t kNameMax = 256;  // what a stranger can make us remember

std::string in_double_quotes(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return '"' + out + '"';
}

// A name is guessed from many addresses and its owner is not to be locked out for long; from one address many
// names are guessed, and an office may sit behind it.
constexpr base::BackOff::Rule kPerUser{.free = 10, .first = seconds(1), .most = seconds(30)};
constexpr base::BackOff::Rule kPerSource{.free = 20, .first = seconds(2), .most = seconds(60)};

/// baresip on a libre before 3.12 gives up when any of several challenges is not MD5, wherever it stands.
bool knows_only_md5(std::string_view user_agent) {
  constexpr std::string_view kName = "baresip v";
  if (!user_agent.starts_with(kName)) return false;
  const char* const end = user_agent.data() + user_agent.size();
  unsigned major = 0;
  unsigned minor = 0;
  const char* const dot = std::from_chars(user_agent.data() + kName.size(), end, major).ptr;
  if (dot != end) std::from_chars(dot + 1, end, minor);
  return std::pair(major, minor) < std::pair(3u, 12u);
}

}  // namespace

Authenticator::Authenticator(std::string realm)
    : realm_(std::move(realm)),
      nobodys_password_(fmt::format("{:016x}{:016x}", base::random_word(), base::random_word())),
      by_user_(kPerUser),
      by_source_(kPerSource) {}

void Authenticator::set_users(const std::vector<UserEntry>& users) {
  passwords_.clear();
  for (const UserEntry& user : users) {
    if (!user.password.empty()) passwords_.emplace(user.username, Account{user.id, user.password});
  }
}

bool Authenticator::concerns_us(const std::vector<std::string>& authorizations) const {
  return std::ranges::find(authorizations, realm_, realm_in) != authorizations.end();
}

/// MD5 stands first although SHA-256 is stronger: many phones only look at the first challenge and know only
/// MD5. DEVIATES from RFC 8760 §2.4, which puts the preferred one first.
Denial Authenticator::challenge(const Proof& proof, bool stale, std::optional<AuthFailure> failure,
                                base::TimePoint now) const {
  Denial denial{refuse(401, "credentials are needed"), failure};
  const std::string nonce = nonces_.issue(proof.source, now);
  for (const DigestAlgorithm algorithm : {DigestAlgorithm::md5, DigestAlgorithm::sha256}) {
    if (algorithm != DigestAlgorithm::md5 && knows_only_md5(proof.user_agent)) continue;
    denial.refusal.headers +=
        fmt::format("WWW-Authenticate: Digest realm={}, nonce=\"{}\", algorithm={}, qop=\"auth\"{}\r\n",
                    in_double_quotes(realm_), nonce, to_string(algorithm), stale ? ", stale=true" : "");
  }
  return denial;
}

std::optional<Denial> Authenticator::hold_back(const Suspect& suspect, base::TimePoint now) const {
  const seconds of_source = suspect.at_home ? seconds(0) : by_source_.wait(suspect.source, now);
  const seconds wait = std::max(by_user_.wait(suspect.user, now), of_source);
  if (wait == seconds(0)) return std::nullopt;
  Denial denial{refuse(503, "too many failed attempts"), AuthFailure::held_back};
  denial.refusal.headers += fmt::format("Retry-After: {}\r\n", wait.count());
  return denial;
}

std::expected<std::string, Denial> Authenticator::check(const Proof& proof,
                                                        const Registrations& registrations,
                                                        base::TimePoint now) {
  const auto ours = std::ranges::find(proof.authorizations, realm_, realm_in);
  if (ours == proof.authorizations.end()) {
    return std::unexpected(challenge(proof, false, std::nullopt, now));
  }
  const auto credentials = parse_credentials(*ours);
  if (!credentials || credentials->username.size() > kNameMax) {
    return std::unexpected(challenge(proof, false, AuthFailure::malformed, now));
  }
  // Nothing is counted against an address or a name before a nonce proves that the sender is really there.
  if (!nonces_.is_current(credentials->nonce, proof.source, now)) {
    return std::unexpected(challenge(proof, true, AuthFailure::stale, now));
  }
  const auto account = passwords_.find(credentials->username);
  const bool known = account != passwords_.end();
  Suspect suspect{credentials->username, base::source_key(proof.source),
                  known && registrations.has_source(account->second.id, proof.source)};
  if (suspect.at_home) suspect.user += '\n' + suspect.source;  // guesses from elsewhere are not the phone's
  if (auto denial = hold_back(suspect, now)) return std::unexpected(*denial);

  const std::string expected =
      expected_response(*credentials, proof.method, known ? account->second.password : nobodys_password_);
  if (!same_response(expected, credentials->response) || !known) {
    by_user_.failed(suspect.user, now);
    by_source_.failed(suspect.source, now);
    return std::unexpected(challenge(proof, false, AuthFailure::wrong, now));
  }
  if (!nonces_.use(credentials->nonce, credentials->count(), now)) {
    return std::unexpected(challenge(proof, true, AuthFailure::repeated, now));
  }
  by_user_.forgive(suspect.user);
  return account->second.id;
}

}  // namespace tonearm::sip
