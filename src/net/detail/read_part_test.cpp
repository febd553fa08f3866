#include "net/detail/read_part.hpp"

#include <exception>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <gtest/gtest.h>

namespace tonearm::net::detail {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

struct Outcome {
  boost::system::error_code error;
  std::string body;
  std::string left;  ///< Not of this answer.
};

/// The far end says `bytes` and closes; at most `piece` of them come at a time.
Outcome read(const std::string& bytes, std::size_t piece) {
  asio::io_context context;
  beast::test::stream stream(context, bytes);
  stream.read_size(piece);
  stream.close_remote();
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  Outcome outcome;
  asio::co_spawn(context, read_part(stream, buffer, parser, Part::whole),
                 [&](std::exception_ptr, boost::system::error_code error) { outcome.error = error; });
  context.run();
  outcome.left = beast::buffers_to_string(buffer.data()) + std::string(stream.str());
  if (!outcome.error) outcome.body = parser.release().body();
  return outcome;
}

const std::string kChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(ReadPart, pieces_of_any_size_make_the_same_answer) {
  for (const auto& [bytes, body] : {
           std::pair{kChunkedHead + "0\r\n\r\n", std::string()},
           std::pair{kChunkedHead + "0\r\nX: y\r\n\r\n", std::string()},
           std::pair{kChunkedHead + "1\r\na\r\n3;x=y\r\nbcd\r\n0\r\n\r\n", std::string("abcd")},
           std::pair{std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), std::string("ok")},
       }) {
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
      const Outcome outcome = read(bytes, piece);
      EXPECT_FALSE(outcome.error) << outcome.error.message() << ", " << piece << " at a time: " << bytes;
      EXPECT_EQ(outcome.body, body) << piece;
      EXPECT_EQ(outcome.left, "") << piece;
    }
  }
}

TEST(ReadPart, a_body_without_a_length_ends_with_its_connection) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\n\r\nall of it", 3).body, "all of it");
}

TEST(ReadPart, an_end_before_the_answer_is_told_from_one_within_it) {
  EXPECT_EQ(read("", 1).error, http::error::end_of_stream);
  EXPECT_EQ(read("HTTP/1.1 2", 1).error, http::error::partial_message);
  EXPECT_EQ(read(kChunkedHead, 1).error, http::error::partial_message);
  EXPECT_EQ(read(kChunkedHead + "0\r\n\r", 1).error, http::error::partial_message);
}

}  // namespace
}  // namespace tonearm::net::detail
