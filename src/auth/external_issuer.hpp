#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "auth/issuer_documents.hpp"
#include "auth/public_key.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/shared_value.hpp"

namespace tonearm::auth {

/// GETs a document; `done` gets the body of a 200, once, on any thread. Must not block.
using FetchDone = std::move_only_function<void(base::Result<std::string>)>;
using Fetch = std::function<void(const std::string& url, FetchDone done)>;

/// Somebody else whose tokens are taken, and the keys that they are checked with (design §4). The keys are
/// fetched by way of the discovery document, kept, and fetched again when they are an hour old or a token
/// names one that is not there. While the issuer is down the last ones stay. However many tokens ask, it is
/// fetched three times in quick succession at most, then once every ten seconds.
///
/// Lifecycle: made → any number of `refresh` → `close`, after which nobody is told anything.
/// Threading: thread-safe; nothing waits.
class ExternalIssuer : public std::enable_shared_from_this<ExternalIssuer> {
 public:
  using Keys = std::vector<PublicKey>;
  using KeysPtr = std::shared_ptr<const Keys>;
  /// Told when a fetch is over, well or not.
  using Waiter = std::move_only_function<void()>;

  struct Settings {
    std::string name;
    std::string url;  ///< `{url}/.well-known/openid-configuration` is its discovery document.
    std::vector<std::string> audiences;
  };
  static constexpr std::chrono::seconds kPause{10};
  static constexpr int kBurst = 3;
  static constexpr std::chrono::hours kFresh{1};
  /// After a fetch that failed, for those that want fresh keys and not a certain one.
  static constexpr std::chrono::minutes kRetry{1};
  static constexpr std::size_t kWaitersMax = 1000;

  ExternalIssuer(Settings settings, Fetch fetch);

  [[nodiscard]] const Settings& settings() const { return settings_; }
  /// May a token of this tenant with this `iss` be its?
  [[nodiscard]] bool accepts(std::string_view iss, std::string_view tenant) const {
    return name_.accepts(iss, tenant);
  }
  /// Never null.
  [[nodiscard]] KeysPtr keys() const { return keys_.load(); }
  /// Changes when a key may have been withdrawn.
  [[nodiscard]] std::uint64_t generation() const { return generation_.load(); }

  /// Fetches the keys, or joins the fetch that is under way. False: not now; `waiter` is dropped untold.
  bool refresh(base::TimePoint now, Waiter waiter);
  /// Fetches keys that are old, for whoever comes later.
  void keep_fresh(base::TimePoint now);
  /// Drops who waits.
  void close();

 private:
  void fetch_document();
  void fetch_keys(const DiscoveryDocument& document);
  void take(Keys keys, std::string text);
  void finish(const base::Result<void>& outcome);

  const Settings settings_;
  const Fetch fetch_;
  const IssuerName name_;
  base::SharedValue<Keys> keys_;
  std::atomic<std::uint64_t> generation_{0};

  std::mutex mutex_;  // guards the rest
  bool fetching_ = false;
  bool closed_ = false;
  base::TimePoint started_{};    // the fetch under way
  base::TimePoint allowance_{};  // how far ahead of `now` it may lie: kBurst - 1 pauses
  base::TimePoint due_{};        // when the keys count as old
  std::vector<Waiter> waiters_;
  std::string text_;  // that keys_ were read from
};

}  // namespace tonearm::auth
