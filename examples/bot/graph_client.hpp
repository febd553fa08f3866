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

  /// Which call it is about; empty until `create` has made one.
  [[nodiscard]] const std::string& call() const { return call_; }

  /// Rings a user of the directory.
  boost::asio::awaitable<void> create(std::string user, std::vector<std::string> prefetch_urls);
  boost::asio::awaitable<void> answer(std::vector<std::string> prefetch_urls);
  /// The operation's id. `name` goes along as clientContext and comes back in the notification.
  boost::asio::awaitable<std::string> play_prompt(std::string name, std::string url);
  boost::asio::awaitable<void> cancel_media_processing();
  boost::asio::awaitable<void> subscribe_to_tones();
  /// After a beep, until `#`, a pause, or the longest time. The operation's id; `name` as above.
  boost::asio::awaitable<std::string> record_response(std::string name);
  /// The WAV at a `recordingLocation`, which its `recordingAccessToken` alone opens.
  boost::asio::awaitable<std::string> download(std::string location, std::string token);
  boost::asio::awaitable<void> hang_up();

 private:
  /// To an action of the call: `POST …/{id}/{action}`. `facts` are added to the log lines.
  boost::asio::awaitable<boost::json::value> act(std::string action, boost::json::object body,
                                                 boost::json::object facts = {});
  /// `what` it is called in the log lines.
  boost::asio::awaitable<boost::json::value> request(HttpRequest http_request, std::string what,
                                                     boost::json::object facts);
  void log_answer(const HttpResponse& response, boost::json::object facts);

  TokenSource& tokens_;
  EventLog& log_;
  std::string call_;
  HttpClient http_;
};

}  // namespace bot
