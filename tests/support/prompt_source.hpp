#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "http_listener.hpp"

namespace tonearm::testing {

/// The source's end of one connection, for a script to speak through byte by byte.
class PromptPeer {
 public:
  PromptPeer(const Socket& socket, const std::stop_token& stop) : socket_(socket), stop_(stop) {}

  /// A whole answer; Content-Length is added.
  void answer(const std::string& status, const std::string& body = "", const std::string& headers = "");
  /// Just these bytes. Throws when the connection has died.
  void send(std::string_view bytes) const { socket_.send_all(bytes); }
  /// Until the other side gives the connection up, or the source ends; false after `timeout`.
  bool given_up(std::chrono::milliseconds timeout = 20s) const;
  void close() { over_ = true; }
  /// Ends the connection with a TCP reset.
  void reset();

  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] bool stopped() const { return stop_.stop_requested(); }

 private:
  const Socket& socket_;
  const std::stop_token& stop_;
  bool over_ = false;
};

/// A file server that behaves as it is told, path by path, and writes down what it is asked. Threading: a
/// thread per connection; everything public is thread-safe.
class PromptSource {
 public:
  /// Runs on the connection's thread.
  using Script = std::function<void(const HttpMessage& request, PromptPeer& peer)>;

  PromptSource();
  ~PromptSource();

  [[nodiscard]] std::string url(const std::string& path) const;
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

  /// What `path` is answered with from now on; 404 if nothing was told.
  void script(const std::string& path, Script script);
  /// A file, with what a validator is asked with: an `ETag: …\r\n` is answered 304 to the same
  /// `If-None-Match`, a `Last-Modified: …\r\n` to the same `If-Modified-Since`.
  void serve(const std::string& path, std::string bytes, const std::string& headers = "");
  /// Lets requests for `path` wait, until `release`.
  void hold(const std::string& path);
  void release(const std::string& path);

  /// The requests for `path` up to now.
  [[nodiscard]] std::vector<HttpMessage> requests(const std::string& path) const;
  /// Waits for so many; false after `timeout`.
  bool wait_requests(const std::string& path, std::size_t count, std::chrono::milliseconds timeout = 20s);

 private:
  void respond(const std::string& path, const HttpMessage& request, PromptPeer& peer);

  mutable std::mutex mutex_;                                  // guards the next three
  std::map<std::string, Script> scripts_;                     // by path
  std::set<std::string> held_;                                // paths
  std::map<std::string, std::vector<HttpMessage>> requests_;  // by path
  std::condition_variable changed_;
  HttpListener listener_;  // last
};

}  // namespace tonearm::testing
