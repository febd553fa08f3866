#pragma once

#include <deque>
#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>

#include "graph_client.hpp"

namespace bot {

/// One call: its API, its notifications in order, and a script that a kind of call brings along.
/// Threading: one thread.
class Call {
 public:
  /// `base` is where the server finds `/audio/<name>.wav`.
  Call(boost::asio::any_io_executor executor, CallApi api, std::string base);
  virtual ~Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// Ends when the call has ended. If the API refuses something, hangs up and throws what it threw.
  boost::asio::awaitable<void> run();
  /// One `commsNotification` about this call.
  void post(boost::json::object notification);

  /// Empty: there is none yet.
  [[nodiscard]] const std::string& id() const { return api_.call(); }
  /// It came to the end of its script; else the other side has hung up before.
  [[nodiscard]] bool told_to_the_end() const { return told_to_the_end_; }

 protected:
  /// What is said and done.
  virtual boost::asio::awaitable<void> script() = 0;

  /// Takes notifications in order until one is `wanted`; its `resourceData`. Throws if the call ends before.
  boost::asio::awaitable<boost::json::object> wait_until(
      std::function<bool(const boost::json::object& data)> wanted);
  boost::asio::awaitable<void> wait_for_audio();
  boost::asio::awaitable<boost::json::object> wait_for_end_of(std::string operation);
  /// Returns as soon as it was accepted, with the operation's id.
  boost::asio::awaitable<std::string> play(std::string name);
  boost::asio::awaitable<void> pause(std::chrono::milliseconds length);
  /// Ends the call and waits for its end; the script is told.
  boost::asio::awaitable<void> hang_up();

  [[nodiscard]] std::string audio_url(const std::string& name) const;
  CallApi& api() { return api_; }

 private:
  struct CallOver {};

  const std::string base_;
  CallApi api_;
  std::deque<boost::json::object> inbox_;
  boost::asio::steady_timer inbox_filled_;  ///< Never expires; cancelled when something has come.
  bool told_to_the_end_ = false;
};

/// A member that is a string; empty if it is none.
[[nodiscard]] std::string text(const boost::json::object& object, std::string_view name);

}  // namespace bot
