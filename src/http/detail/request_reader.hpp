#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "http/detail/reading.hpp"
#include "http/detail/response_text.hpp"
#include "http/message.hpp"

namespace tonearm::http::detail {

/// Makes one request of the bytes of a connection, in whatever pieces they come. Threading: one thread.
class RequestReader {
 public:
  RequestReader(std::size_t header_max, std::uint64_t body_max);

  /// Takes from `buffer` what belongs to this request. `complete`: nothing is wrong so far; see `is_done`.
  [[nodiscard]] Reading feed(boost::beast::flat_buffer& buffer);

  [[nodiscard]] bool is_done() const { return parser_.is_done(); }
  /// RFC 9110 §10.1.1: the head is read, and the client holds its body back until it is told to go on.
  /// True once.
  [[nodiscard]] bool wants_invitation();
  [[nodiscard]] bool keep_alive() const { return parser_.keep_alive(); }
  /// Of a request that is refused half-read too: what of its headers has come.
  [[nodiscard]] Echo echo() const;
  /// The request itself, once it is done. What the connection knows of it is left out: `id`, `received`,
  /// `date`, `local` and `secure`.
  [[nodiscard]] Request take();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  const std::size_t header_max_;
  std::size_t head_ = 0;  // bytes of request line and headers
  bool invited_ = false;
  Parser parser_;
};

}  // namespace tonearm::http::detail
