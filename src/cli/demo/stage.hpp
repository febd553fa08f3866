#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "cli/child_process.hpp"
#include "cli/demo/bot_event.hpp"
#include "cli/options.hpp"

namespace tonearm::cli {

/// A server and the example bot as child processes, on loopback ports of their own and in a folder of their
/// own, so that nothing that runs on this machine meets them.
///
/// Lifecycle: `build` → `take_down` (or the destructor). Threading: one thread; handlers are called on
/// others.
class Stage {
 public:
  struct Setup {
    std::filesystem::path server;  ///< The binary of `tonearm`.
    std::filesystem::path bot;
    std::string phone;              ///< `address:port` where Ada's phone waits, for the bot to ring it.
    std::filesystem::path message;  ///< File for what the bot has recorded.
    std::filesystem::path logs;     ///< Where `server.log` and `bot.log` go.
    bool verbose = false;           ///< Both to our stderr instead.
    std::function<void(const BotEvent&)> on_bot_event;
    /// One of the two has ended: which.
    std::function<void(std::string who)> on_end;
  };

  /// Returns when the server is ready. Errors: what is missing, and where the log is.
  [[nodiscard]] static base::Result<std::unique_ptr<Stage>> build(Setup setup);
  ~Stage();

  [[nodiscard]] const std::string& ready_line() const { return ready_line_; }
  /// Where to call: `sip:demo@127.0.0.1:port`.
  [[nodiscard]] std::string sip_uri() const;
  /// Ends the bot, then the server. The server's exit status.
  int take_down();

 private:
  explicit Stage(Setup setup);

  base::Result<void> open_bot_socket();
  base::Result<void> start_server();
  base::Result<void> start_bot();
  [[nodiscard]] std::string server_configuration() const;
  [[nodiscard]] std::string api_url() const;

  const Setup setup_;
  const std::string secret_;  ///< Of the bot, for this run only.
  std::filesystem::path folder_;
  int bot_socket_ = -1;  ///< Bound and listening before the bot exists: so its address is known in time.
  std::string bot_address_;
  std::string ready_line_;
  std::optional<ChildProcess> server_;
  std::optional<ChildProcess> bot_;
};

/// The addresses of one kind in a ready line: `sip` → `udp:127.0.0.1:5060`, `http` →
/// `http://127.0.0.1:8080`, the first one. Empty if none.
[[nodiscard]] std::string bound_address(std::string_view ready_line, std::string_view kind);

}  // namespace tonearm::cli
