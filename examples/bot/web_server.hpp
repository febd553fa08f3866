#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/json.hpp>

#include "event_log.hpp"
#include "recordings.hpp"

namespace bot {

/// The bot's own web server: takes notifications at `POST /api/calls` and hands out `GET /audio/<name>.wav`,
/// prompts of a folder and recordings.
/// Threading: one thread.
class WebServer {
 public:
  /// Gets each element of a notification's `value`, after it was answered 202.
  using NotificationHandler = std::function<void(boost::json::object)>;

  WebServer(boost::asio::ip::tcp::acceptor acceptor, std::filesystem::path audio,
            const Recordings& recordings, EventLog& log, NotificationHandler handler);

  boost::asio::awaitable<void> run();
  /// `address:port` really bound.
  [[nodiscard]] std::string address() const;

 private:
  boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);
  /// The array of a `commsNotifications` body; empty if it is none.
  static boost::json::array parse_notifications(const std::string& body);

  boost::asio::ip::tcp::acceptor acceptor_;
  const std::filesystem::path audio_;
  const Recordings& recordings_;
  EventLog& log_;
  const NotificationHandler handler_;
};

}  // namespace bot
