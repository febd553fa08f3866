#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "http/body_stream.hpp"

namespace tonearm::http {

/// One request, read completely. Header values are empty if the header is absent. Threading: a value.
struct Request {
  std::string method;  ///< `HEAD` comes as `GET`; the listener drops the body.
  std::string target;  ///< Path and query as sent, always starting with a slash.
  std::string body;
  bool has_body = false;  ///< A body was sent, even if it is empty of meaning.

  std::string authorization;
  std::string content_type;
  std::string content_encoding;
  std::string host;
  std::string origin;
  std::string range;     ///< Of a GET only: it means nothing anywhere else (RFC 9110 §14.2).
  std::string if_range;  ///< Likewise.
  std::string accept;
  std::string last_event_id;             ///< Where a stream of events was left (HTML Living Standard §9.2).
  std::string repeatability_request_id;  ///< As sent: it is compared, never shown.
  std::string retry_attempt;
  std::string client_request_id;  ///< Printable ASCII, at most 256 characters, else dropped.
  std::string scenario_id;        ///< Likewise.

  std::string id;            ///< Our `request-id`.
  base::TimePoint received;  ///< When the last byte had been read.
  base::WallTime date;       ///< The same moment, for people.
  base::Endpoint local;      ///< Where the connection came in.
  base::Endpoint remote;     ///< Where it came from: the client, or the proxy in front of us.
  bool secure = false;       ///< By TLS.

  [[nodiscard]] std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  [[nodiscard]] std::string_view query() const {
    const auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view{} : std::string_view(target).substr(mark + 1);
  }
};

struct Header {
  std::string name;
  std::string value;
};

/// What a service answers. `Date`, `Content-Length`, `request-id` and the echoed ids are added by the
/// listener.
struct Response {
  int status = 200;
  std::string content_type = {};  ///< Empty: no such header; empty bodies must not claim to be JSON.
  std::string body = {};
  std::vector<Header> headers = {};
  std::shared_ptr<BodyStream> stream = {};  ///< If set, it is sent instead of `body`.
  /// Called once, when the last byte has been handed to the kernel or the connection has died.
  std::function<void()> on_written = {};

  /// Nothing: only the end of the connection tells the end of the body (RFC 9112 §6.3).
  [[nodiscard]] std::optional<std::uint64_t> length() const { return stream ? stream->size() : body.size(); }
};

[[nodiscard]] Response json_response(int status, std::string body);

}  // namespace tonearm::http
