#pragma once

#include <deque>
#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>

#include "graph_client.hpp"

namespace bot {

/// One call, told from its first notification to its last. Threading: one thread.
class Conversation {
 public:
  /// `prompt_base` is where the server finds `/audio/<name>.wav`.
  Conversation(boost::asio::any_io_executor executor, const Options& options, TokenSource& tokens,
               EventLog& log, std::string call, std::string prompt_base);

  /// Ends when the call has ended. If the API refuses something, hangs up and throws what it threw.
  boost::asio::awaitable<void> run();

  /// One `commsNotification` about this call.
  void post(boost::json::object notification);

 private:
  struct CallOver {};

  /// What is said and done.
  boost::asio::awaitable<void> script();

  /// Takes notifications in order until one is `wanted`. Throws CallOver if the call ends before.
  boost::asio::awaitable<void> wait_until(std::function<bool(const boost::json::object& data)> wanted);
  boost::asio::awaitable<void> wait_for_end_of(std::string operation);
  boost::asio::awaitable<std::string> play(std::string name);
  [[nodiscard]] std::string prompt_url(const std::string& name) const;

  const Options& options_;
  const std::string prompt_base_;
  CallApi api_;
  std::deque<boost::json::object> inbox_;
  boost::asio::steady_timer inbox_filled_;  ///< Never expires; cancelled when something has come.
};

}  // namespace bot
