#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/result.hpp"

namespace tonearm::net {

using Addresses = std::vector<boost::asio::ip::address>;

/// Looks names up as the system does (`/etc/hosts` included) without ever blocking the caller's thread.
/// A lookup that hangs occupies one of the pool's threads, not an I/O thread.
/// Must not outlive the runtime whose coroutines ask it. Threading: thread-safe.
class Resolver {
 public:
  explicit Resolver(unsigned threads = 4) : pool_(threads) {}
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// At least one address; a literal is answered at once. The caller's coroutine must run on a
  /// single-threaded context, where it also goes on. `limit` bounds the wait, not the system's own lookup.
  /// Errors: `name_not_found`, `timed_out`, `overloaded` (64 lookups are waiting), `cancelled`.
  [[nodiscard]] boost::asio::awaitable<base::Result<Addresses>> resolve(std::string host,
                                                                        std::chrono::milliseconds limit);

 private:
  std::atomic<unsigned> waiting_{0};
  boost::asio::thread_pool pool_;
};

}  // namespace tonearm::net
