#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include "call.hpp"
#include "event_log.hpp"
#include "graph_client.hpp"
#include "options.hpp"
#include "recordings.hpp"
#include "web_server.hpp"

namespace bot {

/// All calls of this bot, found by the id that a notification names. Threading: one thread.
class Bot {
 public:
  /// Both must outlive it.
  Bot(boost::asio::io_context& io, const Options& options);
  boost::asio::awaitable<void> run();

 private:
  using CallPtr = std::shared_ptr<Call>;

  void on_notification(boost::json::object notification);
  CallPtr answer(const std::string& id);
  void call_back();
  /// `after` is told when it is over, well or not.
  void start(CallPtr call, std::function<void()> after);
  void log_notification(const std::string& id, const boost::json::object& notification);

  boost::asio::io_context& io_;
  const Options& options_;
  EventLog log_;
  TokenSource tokens_;
  Recordings recordings_;
  WebServer web_;
  const std::string base_;
  std::map<std::string, CallPtr> calls_;  // by call id
  /// A notification may come before the answer that says which call it is about.
  std::map<std::string, std::vector<boost::json::object>> early_;  // by call id
  int being_created_ = 0;                                          ///< Without it none is early.
};

}  // namespace bot
