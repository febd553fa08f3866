#pragma once

#include <cstddef>

#include <boost/beast/http/basic_parser.hpp>

namespace tonearm::net {

/// False while a parser must not see the `available` bytes yet. Beast (1.81 of Debian 12) asserts that a last
/// chunk which it meets again has five bytes; one with no chunk before it has four if its end comes byte by
/// byte, so that any peer could end the process with a valid message. Nothing is held back for good: behind
/// every place in a chunked body at least "0\r\n\r\n" follows (RFC 9112 §7.1).
template <bool kIsRequest>
[[nodiscard]] bool can_be_parsed(const boost::beast::http::basic_parser<kIsRequest>& parser,
                                 std::size_t available) {
  constexpr std::size_t kLastChunk = 5;  // [bytes]
  return !parser.is_header_done() || !parser.chunked() || available >= kLastChunk;
}

}  // namespace tonearm::net
