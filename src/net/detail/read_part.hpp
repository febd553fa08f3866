#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/read_size.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "net/chunked.hpp"

namespace tonearm::net::detail {

enum class Part { head, whole };

/// What http::async_read and http::async_read_header do, except that the parser sees nothing before
/// `can_be_parsed`. The connection's end is `end_of_stream` before the answer, `partial_message` within it.
template <class Stream>
boost::asio::awaitable<boost::system::error_code> read_part(Stream& stream, boost::beast::flat_buffer& buffer,
                                                            boost::beast::http::basic_parser<false>& parser,
                                                            Part part) {
  namespace http = boost::beast::http;
  constexpr std::size_t kReadMax = 64 * 1024;  // [bytes]
  parser.eager(part == Part::whole);
  boost::system::error_code error;
  while (part == Part::whole ? !parser.is_done() : !parser.is_header_done()) {
    if (buffer.size() > 0 && can_be_parsed(parser, buffer.size())) {
      buffer.consume(parser.put(buffer.data(), error));
      if (!error) continue;
      if (error != http::error::need_more) co_return error;
    }
    const auto [read_error, length] =
        co_await stream.async_read_some(buffer.prepare(boost::beast::read_size(buffer, kReadMax)),
                                        boost::asio::as_tuple(boost::asio::use_awaitable));
    buffer.commit(length);
    if (read_error == boost::asio::error::eof) {
      if (!parser.got_some()) co_return http::error::end_of_stream;
      parser.put_eof(error);
      co_return error;
    }
    if (read_error) co_return read_error;
  }
  co_return boost::system::error_code();
}

}  // namespace tonearm::net::detail
