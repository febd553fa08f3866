#include "http/detail/reading.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

namespace tonearm::http::detail {

namespace bhttp = boost::beast::http;

Reading outcome_of(const boost::system::error_code& error) {
  if (error == bhttp::error::header_limit || error == bhttp::error::buffer_overflow)
    return Reading::header_too_large;
  if (error == bhttp::error::body_limit) return Reading::body_too_large;
  return Reading::malformed;
}

graph::Errc errc_of(Reading outcome) {
  switch (outcome) {
    case Reading::timed_out:
      return graph::Errc::request_timeout;
    case Reading::header_too_large:
      return graph::Errc::headers_too_large;
    case Reading::body_too_large:
      return graph::Errc::body_too_large;
    default:
      return graph::Errc::bad_request;
  }
}

std::string_view explanation(Reading outcome) {
  if (outcome == Reading::malformed)
    return "The request is not valid HTTP/1.1, or could be read in two ways.";
  if (outcome == Reading::cut_short) return "The connection was closed before the request was complete.";
  return {};
}

bool is_ambiguous(const bhttp::request_header<>& head) {
  const bool old = head.version() < 11;
  const auto hosts = head.count(bhttp::field::host);
  if (hosts > 1 || (hosts == 0 && !old)) return true;
  const auto lengths = head.count(bhttp::field::content_length);
  const auto encodings = head.count(bhttp::field::transfer_encoding);
  // The parser takes "5, 5" for 5.
  const auto length = head[bhttp::field::content_length];
  if (encodings == 0) return lengths > 1 || length.find_first_not_of("0123456789") != length.npos;
  return old || encodings > 1 || lengths > 0 ||
         !boost::beast::iequals(head[bhttp::field::transfer_encoding], "chunked");
}

std::string origin_form(std::string_view target) {
  const auto scheme = target.find("://");
  if (!target.starts_with('/') && scheme != std::string_view::npos) {
    const auto slash = target.find('/', scheme + 3);
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  return target.starts_with('/') ? std::string(target) : "/" + std::string(target);
}

}  // namespace tonearm::http::detail
