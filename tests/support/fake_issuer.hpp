#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "auth/rsa_key.hpp"
#include "config/settings.hpp"
#include "prompt_source.hpp"

namespace tonearm::testing {

/// A key of the tests by its name, made once for the whole run.
std::shared_ptr<const auth::RsaKey> test_key(const std::string& name);

/// Somebody else's token service, by plain http on loopback. Threading: everything public is thread-safe.
class FakeIssuer {
 public:
  /// `path` is what follows host and port in its address.
  explicit FakeIssuer(std::string path = "/bots");

  [[nodiscard]] std::string url() const { return source_.url(path_); }
  /// As it is configured.
  [[nodiscard]] config::IssuerSettings settings(const std::string& name = "idp") const;

  /// The keys of its JWKS from now on.
  void publish(const std::vector<std::string>& keys);
  /// Whatever it is asked, it answers 503.
  void go_down();
  /// How often its keys have been asked for.
  [[nodiscard]] std::size_t asked() const;
  bool wait_asked(std::size_t count) { return source_.wait_requests(path_ + "/keys", count); }
  /// Lets whoever asks for keys wait until `release`.
  void hold() { source_.hold(path_ + "/keys"); }
  void release() { source_.release(path_ + "/keys"); }

  /// Claims of a good token of the application "ivr".
  [[nodiscard]] boost::json::object claims() const;
  [[nodiscard]] static std::string sign(const std::string& key, const boost::json::object& claims);

 private:
  const std::string path_;
  PromptSource source_;
};

inline constexpr const char* kForeignAudience = "api://tonearm-tests";

}  // namespace tonearm::testing
