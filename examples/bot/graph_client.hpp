#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/json.hpp>

#include "event_log.hpp"
#include "http_client.hpp"
#include "options.hpp"

namespace bot {

/// Client-credentials tokens, kept until a minute before they expire. Shared by all calls of the bot.
class TokenSource {
 public:
  TokenSource(const Options& options, EventLog& log) : options_(options), log_(log) {}
  boost::asio::awaitable<std::string> token();

 private:
  const Options& options_;
  EventLog& log_;
  std::string token_;
  std::chrono::steady_clock::time_point good_until_{};
};

/// The server said no.
struct ApiError : std::runtime_error {
  ApiError(unsigned s, const std::string& text) : std::runtime_error(text), status(s) {}
  unsigned status;
};

/// The Graph Calls API of one call, over a connection of its own. Every request and answer is logged.
/// Throws ApiError or `boost::system::system_error`.
class CallApi {
 public:
  CallApi(const Options& options, TokenSource& tokens, EventLog& log, std::string call);

  boost::asio::awaitable<void> answer(std::vector<std::string> prefetch_urls);
  /// The operation's id. `name` goes along as clientContext and comes back in the notification.
  boost::asio::awaitable<std::string> play_prompt(std::string name, std::string url);
  boost::asio::awaitable<void> cancel_media_processing();
  boost::asio::awaitable<void> hang_up();

 private:
  /// `what` is the action, empty for the call itself; `facts` are added to the log lines.
  boost::asio::awaitable<boost::json::value> request(std::string method, std::string what,
                                                     boost::json::object body, boost::json::object facts);

  TokenSource& tokens_;
  EventLog& log_;
  const std::string call_;
  HttpClient http_;
};

}  // namespace bot
