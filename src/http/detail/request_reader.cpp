#include "http/detail/request_reader.hpp"

#include <string>
#include <utility>

#include "net/chunked.hpp"

namespace tonearm::http::detail {

namespace beast = boost::beast;
namespace bhttp = beast::http;
using boost::system::error_code;

RequestReader::RequestReader(std::size_t header_max, std::uint64_t body_max) : header_max_(header_max) {
  parser_.header_limit(static_cast<std::uint32_t>(header_max));
  parser_.body_limit(body_max);
}

/// `head_` counts the bytes of request line and headers: the parser's own limit counts the two apart, and so
/// lets almost twice as much pass.
Reading RequestReader::feed(beast::flat_buffer& buffer) {
  error_code error;
  if (!parser_.is_header_done()) {
    parser_.eager(false);  // stops behind the head
    const std::size_t used = parser_.put(buffer.data(), error);
    if (error && error != bhttp::error::need_more) return outcome_of(error);
    buffer.consume(used);
    head_ += used;
    const std::size_t unfinished = parser_.is_header_done() ? 0 : buffer.size();
    if (head_ + unfinished > header_max_) return Reading::header_too_large;
    if (parser_.is_header_done() && is_ambiguous(parser_.get())) return Reading::malformed;
    if (!parser_.is_header_done() || parser_.is_done() || buffer.size() == 0) return Reading::complete;
  }
  if (!net::can_be_parsed(parser_, buffer.size())) return Reading::complete;
  parser_.eager(true);
  buffer.consume(parser_.put(buffer.data(), error));
  return !error || error == bhttp::error::need_more ? Reading::complete : outcome_of(error);
}

bool RequestReader::wants_invitation() {
  if (!parser_.is_header_done() || std::exchange(invited_, true)) return false;
  return beast::iequals(parser_.get()[bhttp::field::expect], "100-continue");
}

Echo RequestReader::echo() const {
  const bhttp::request_header<>& header = parser_.get();
  const auto echoed = [&](const char* name) {
    const auto value = header[name];
    return std::string(echoable({value.data(), value.size()}));
  };
  return {make_request_id(), echoed("client-request-id"), echoed("scenario-id"),
          header.method() == bhttp::verb::head};
}

Request RequestReader::take() {
  auto message = parser_.release();
  const auto header = [&](bhttp::field name) {
    const auto value = message[name];
    return std::string(value.data(), value.size());
  };
  const bool head = message.method() == bhttp::verb::head;
  Request request;
  request.has_body = !message.body().empty();
  request.body = std::move(message.body());
  request.method = head ? "GET" : std::string(message.method_string());
  request.target = origin_form({message.target().data(), message.target().size()});
  request.authorization = header(bhttp::field::authorization);
  request.content_type = header(bhttp::field::content_type);
  request.content_encoding = header(bhttp::field::content_encoding);
  request.host = header(bhttp::field::host);
  request.origin = header(bhttp::field::origin);
  request.accept = header(bhttp::field::accept);
  const auto named = [&](const char* name) {
    const auto value = message[name];
    return std::string(value.data(), value.size());
  };
  request.last_event_id = named("Last-Event-ID");
  request.repeatability_request_id = named("Repeatability-Request-ID");
  request.retry_attempt = named("Retry-Attempt");
  if (!head) request.range = header(bhttp::field::range);
  if (!head) request.if_range = header(bhttp::field::if_range);
  return request;
}

}  // namespace tonearm::http::detail
