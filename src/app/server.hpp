#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/overload.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

namespace tonearm::app {

struct ServerOptions {
  bool trace_sip = false;  ///< Every SIP message to stderr, secrets removed.
  /// Tests: called on a call's strand before its first step; what it takes, the strand is held.
  std::function<void()> before_first_step = {};
  Overload::Rule overload = {};  ///< When the server is too busy for more calls.
};

/// What was really bound; port 0 resolved.
struct BoundAddresses {
  std::vector<std::string> http;
  std::vector<std::string> https;
  std::vector<std::string> sip;  ///< `udp:127.0.0.1:5060`
  std::vector<std::string> admin;
  std::size_t calls = 0;  ///< The most that descriptors and ports allow.
};

/// The whole server: builds every part, introduces them to each other, and takes them down in order.
///
/// Lifecycle: `start` → (running) → `stop`; the destructor stops at once.
/// Threading: `start`, `stop` and the destructor from one thread; `hurry` and the rest from any.
class Server {
 public:
  /// Binds everything or says what could not be had. Ends what a crashed predecessor left alive.
  static base::Result<std::unique_ptr<Server>> start(config::Settings settings, ServerOptions options = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] const BoundAddresses& addresses() const;
  /// `tonearm ready http=… https=… sip=… admin=… calls=…`
  [[nodiscard]] std::string ready_line() const;
  /// The development authority's certificate (PEM), or empty.
  [[nodiscard]] std::string ca_file() const;

  /// Takes over what SIGHUP may change: certificates (in the same files), applications with their secrets,
  /// addresses and limits, users, trunks, `[calls]`, and where callbacks and prompts may go. On an error
  /// nothing has changed.
  base::Result<void> reload(config::Settings settings);

  /// Refuses new calls, lets the running ones go on for `server.drain`, ends the rest with their
  /// notifications, flushes the outbox, and returns when everything is down. Idempotent.
  void stop();
  /// The most that `stop` may take.
  [[nodiscard]] std::chrono::milliseconds longest_stop() const;
  /// Makes a `stop` under way skip its waiting: calls end now, and what bots have not taken by then stays in
  /// the store for the next start.
  void hurry();

  /// True if the pool, the signalling loop and the media reports have all got on since the last question, or
  /// this is the first. False while the server is not up. Media threads have a watchdog of their own.
  bool alive();

 private:
  class Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace tonearm::app
