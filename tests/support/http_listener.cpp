#include "http_listener.hpp"

#include <stdexcept>

#include "body_log.hpp"

namespace tonearm::testing {

HttpListener::HttpListener(Handler handler)
    : handler_(std::move(handler)), socket_(SOCK_STREAM, {"127.0.0.1", 0}) {
  ::listen(socket_.fd(), 64);
  accepter_ = std::jthread([this](const std::stop_token& stop) { accept(stop); });
}

HttpListener::~HttpListener() {
  request_stop();
}

void HttpListener::request_stop() {
  accepter_ = {};
  for (auto& connection : connections_) connection.request_stop();
}

std::string HttpListener::url(const std::string& path) const {
  return "http://" + socket_.local().to_string() + path;
}

void HttpListener::accept(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (!socket_.readable(50ms)) continue;
    const int fd = ::accept4(socket_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    connections_.emplace_back([this, fd](const std::stop_token& inner) { converse(inner, Socket(fd)); });
  }
}

void HttpListener::converse(const std::stop_token& stop, Socket socket) const {
  HttpConnection connection(std::move(socket));
  while (!stop.stop_requested()) {
    if (!connection.socket().readable(50ms)) continue;
    const auto request = connection.read();
    if (!request) return;
    BodyLog::of_process().notification(*request);
    try {
      if (!handler_(*request, connection, stop)) return;
    } catch (const std::runtime_error&) {
      return;  // the other side has gone
    }
  }
}

}  // namespace tonearm::testing
