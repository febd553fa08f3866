#include "http_peer.hpp"

#include <algorithm>
#include <cctype>

namespace tonearm::testing {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

HttpMessage parse_head(std::string_view head) {
  HttpMessage message;
  bool first = true;
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    const std::string line(head.substr(0, end));
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
    if (std::exchange(first, false)) {
      message.start_line = line;
    } else if (const auto colon = line.find(':'); colon != std::string::npos) {
      const auto value = line.find_first_not_of(' ', colon + 1);
      message.headers[lower(line.substr(0, colon))] = value == std::string::npos ? "" : line.substr(value);
    }
  }
  return message;
}

}  // namespace

int HttpMessage::status() const {
  return start_line.size() > 12 ? std::stoi(start_line.substr(9, 3)) : 0;
}

std::string HttpMessage::path() const {
  const auto space = start_line.find(' ');
  return start_line.substr(space + 1, start_line.rfind(' ') - space - 1);
}

std::string HttpMessage::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

bool HttpConnection::fill(std::chrono::steady_clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  if (left.count() < 0 || !socket_.readable(left)) return false;
  char bytes[16384];
  const ssize_t got = ::recv(socket_.fd(), bytes, sizeof bytes, 0);
  if (got <= 0) return false;
  buffer_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

std::optional<HttpMessage> take_message(std::string& bytes, bool expect_body) {
  const auto head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string::npos) return std::nullopt;
  HttpMessage message = parse_head(std::string_view(bytes).substr(0, head_end));
  const std::string length = message.header("content-length");
  const std::size_t size = expect_body && !length.empty() ? std::stoul(length) : 0;
  const std::size_t from = head_end + 4;
  if (bytes.size() - from < size) return std::nullopt;
  message.body = bytes.substr(from, size);
  bytes.erase(0, from + size);
  return message;
}

std::optional<HttpMessage> HttpConnection::read(std::chrono::milliseconds timeout, bool expect_body) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  std::optional<HttpMessage> message;
  while (!(message = take_message(buffer_, expect_body))) {
    if (!fill(deadline)) return std::nullopt;
  }
  message->at_ns = realtime_ns();
  return message;
}

}  // namespace tonearm::testing
