#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace tonearm::net {

using Addresses = std::vector<boost::asio::ip::address>;

struct ResolverOptions {
  unsigned threads = 8;                         ///< Names that can be looked up at once.
  unsigned lookups_max = 64;                    ///< Names that are looked up or wait for a thread.
  std::size_t remembered_max = 1000;            ///< Names whose addresses are kept.
  std::chrono::milliseconds fresh_for{10'000};  ///< Addresses are used without asking.
  std::chrono::hours stale_for{1};              ///< … used if the name server says nothing (RFC 8767).
  std::chrono::milliseconds patience{500};      ///< … after so long.
  /// Blocks. Empty: `getaddrinfo`.
  std::function<base::Result<Addresses>(const std::string& host)> look_up = {};
};

/// Looks names up as the system does (`/etc/hosts` included) without ever blocking the caller's thread.
/// A lookup that hangs occupies one of the pool's threads, not an I/O thread, and whoever asks for the same
/// name joins it; names that were found before keep their addresses meanwhile. So one name server that is
/// silent does not stop requests to other hosts.
/// Must not outlive the runtime whose coroutines ask it. Threading: thread-safe.
class Resolver {
 public:
  explicit Resolver(ResolverOptions options = {});
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// At least one address; a literal is answered at once. The caller's coroutine must run on a
  /// single-threaded context, where it also goes on. `limit` bounds the wait, not the system's own lookup.
  /// Errors: `name_not_found`, `timed_out`, `overloaded` (`lookups_max`), `cancelled`.
  [[nodiscard]] boost::asio::awaitable<base::Result<Addresses>> resolve(std::string host,
                                                                        std::chrono::milliseconds limit);

 private:
  struct Waiter;
  struct Name {
    Addresses addresses = {};  // last found
    base::TimePoint found{};
    bool running = false;
    std::vector<std::shared_ptr<Waiter>> waiting = {};
  };

  [[nodiscard]] std::optional<Addresses> remembered(const Name& name, base::milliseconds age) const;
  std::optional<base::Result<Addresses>> ask(const std::string& host, const std::shared_ptr<Waiter>& waiter);
  void start(const std::string& host, Name& name);
  void on_found(const std::string& host, const base::Result<Addresses>& answer);
  [[nodiscard]] std::optional<Addresses> stale(const std::string& host);
  void forget_oldest();

  const ResolverOptions options_;
  std::mutex mutex_;                   // guards the next two
  std::map<std::string, Name> names_;  // by host
  unsigned running_ = 0;
  boost::asio::thread_pool pool_;
};

}  // namespace tonearm::net
