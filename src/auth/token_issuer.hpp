#pragma once

#include <chrono>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/client_certificate.hpp"
#include "auth/form.hpp"
#include "auth/rsa_key.hpp"
#include "auth/verifier.hpp"
#include "base/back_off.hpp"
#include "base/clock.hpp"
#include "base/guid.hpp"
#include "base/secret.hpp"

namespace tonearm::auth {

namespace detail {
struct TokenError;
}

/// Where in `data_dir` the key lies that signs our tokens.
inline constexpr const char* kTokenKeyFile = "token-key.pem";

/// A bot as the token endpoint knows it.
struct Application {
  std::string name;
  base::Guid id;
  base::Guid tenant;
  base::Secret secret;
  std::vector<std::string> roles;
  std::optional<ClientCertificate> certificate = {};
};

/// One POST to a token endpoint.
struct TokenRequest {
  std::string tenant;          ///< First segment of the path: an id, `common` or `organizations`.
  bool v1 = false;             ///< `/{tenant}/oauth2/token` instead of `/{tenant}/oauth2/v2.0/token`
  std::string form;            ///< The body.
  std::string authorization;   ///< Header, for Basic credentials; may be empty.
  std::string base_url;        ///< `https://host[:port]` that the request came to; `iss` starts with it.
  std::string correlation_id;  ///< `client-request-id` of the request, or a new one.
  std::string source = {};     ///< IP address that it came from; empty: guesses are not counted.
  base::TimePoint at = {};     ///< When it came.
};

struct TokenAnswer {
  int status = 200;
  std::string body;                     ///< JSON; also on errors, as Entra writes them.
  std::chrono::seconds retry_after{0};  ///< With 429.
};

/// Our own token service (design §4): client credentials with a secret, in the body or as Basic, or with an
/// assertion that the application's certificate has signed (RFC 7523), each of which is good once. Who
/// guesses secrets of one application from one address is told to wait; its bot, elsewhere, is not.
/// Threading: thread-safe.
class TokenIssuer {
 public:
  /// As Entra: an hour less a second.
  static constexpr std::chrono::seconds kLifetime{3599};
  static constexpr std::string_view kAudience = "https://graph.microsoft.com";

  TokenIssuer(std::shared_ptr<const RsaKey> key, std::vector<Application> applications);

  /// Who may have a token from now on; those that are out stay good until they expire.
  void set_applications(std::vector<Application> applications);

  [[nodiscard]] TokenAnswer answer(const TokenRequest& request, base::WallTime now);
  /// A token without a request, for `tonearm token`. Errors: `key_unusable`.
  [[nodiscard]] base::Result<std::string> issue(const Application& application, const std::string& base_url,
                                                base::WallTime now);

  /// An application's tenant, or a word for "the application's own".
  [[nodiscard]] bool accepts_tenant(std::string_view tenant) const;
  /// What a tenant that is not accepted gets, here and from discovery.
  [[nodiscard]] static TokenAnswer refuse_tenant(const std::string& tenant, const std::string& correlation_id,
                                                 base::WallTime now);
  [[nodiscard]] const RsaKey& key() const { return *key_; }
  /// How the verifier trusts what this issues.
  [[nodiscard]] TrustedIssuer trust() const;

 private:
  using Applications = std::vector<Application>;
  struct Issued {
    base::WallTime at;
    std::string token;
  };

  [[nodiscard]] std::shared_ptr<const Applications> applications() const;
  /// The application that the request proves to be, or what to answer.
  [[nodiscard]] std::expected<const Application*, TokenAnswer> authenticate(const Applications& known,
                                                                            const TokenRequest& request,
                                                                            const Form& form,
                                                                            base::WallTime now);
  /// A secret as it was sent, and as it was meant if it was sent form-encoded.
  using Spellings = std::pair<std::string, std::string>;
  [[nodiscard]] std::expected<void, TokenAnswer> check_secret(const Application& application,
                                                              const TokenRequest& request,
                                                              const Spellings& secret, base::WallTime now);

  const std::shared_ptr<const RsaKey> key_;
  mutable std::mutex mutex_;  // guards the rest
  std::shared_ptr<const Applications> applications_;
  std::map<std::pair<base::Guid, std::string>, Issued> issued_;  // last one by application and base URL
  base::BackOff guesses_;                                        // by application and source
};

}  // namespace tonearm::auth
