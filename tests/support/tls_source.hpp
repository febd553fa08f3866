#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "inbox.hpp"
#include "net/authority.hpp"
#include "net/tls.hpp"

namespace tonearm::testing {

/// Gives one answer over TLS, connection after connection, to whoever takes its certificate. Threading: one
/// of its own; everything public is thread-safe.
class TlsSource {
 public:
  TlsSource(const std::string& address, const net::AuthorityFiles& files, std::string answer,
            bool say_farewell = true);
  ~TlsSource();

  [[nodiscard]] std::string url(const std::string& host, const std::string& path = "/a.wav") const;
  /// Gives another answer from now on.
  void answer_with(std::string answer);
  /// Shows another certificate from now on.
  void show(const net::AuthorityFiles& files);
  /// Waits until that many connections came, whatever became of them; false after `timeout`.
  bool wait_connections(std::size_t count, std::chrono::milliseconds timeout = std::chrono::seconds(20));
  /// Waits for a request that fits; each is handed out once.
  std::optional<std::string> wait_request(const std::function<bool(const std::string&)>& fits,
                                          std::chrono::milliseconds timeout = std::chrono::seconds(20));

 private:
  void serve();
  void converse(boost::asio::ip::tcp::socket& socket);

  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  const bool say_farewell_;
  Inbox<std::string> requests_;  // head and body
  std::mutex mutex_;             // guards the next three
  std::condition_variable changed_;
  std::string answer_;
  std::shared_ptr<net::TlsContext> tls_;
  std::size_t connections_ = 0;
  std::atomic<bool> stopping_ = false;
  std::jthread thread_;
};

}  // namespace tonearm::testing
