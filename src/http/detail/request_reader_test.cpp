#include "http/detail/request_reader.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <gtest/gtest.h>

namespace tonearm::http::detail {
namespace {

constexpr std::size_t kHeadMax = 256;
constexpr std::size_t kBodyMax = 16;

struct Outcome {
  Reading reading = Reading::complete;
  std::optional<Request> request;
  bool invited = false;
  std::string left;  ///< Not of this request.
};

Outcome read(std::string_view bytes, std::size_t piece) {
  RequestReader reader(kHeadMax, kBodyMax);
  boost::beast::flat_buffer buffer;
  Outcome outcome;
  while (!reader.is_done() && !bytes.empty() && outcome.reading == Reading::complete) {
    const std::string_view next = bytes.substr(0, piece);
    bytes.remove_prefix(next.size());
    buffer.commit(
        boost::asio::buffer_copy(buffer.prepare(next.size()), boost::asio::buffer(next.data(), next.size())));
    outcome.reading = reader.feed(buffer);
    outcome.invited = reader.wants_invitation() || outcome.invited;
  }
  outcome.left.assign(static_cast<const char*>(buffer.data().data()), buffer.size());
  outcome.left += bytes;
  if (reader.is_done() && outcome.reading == Reading::complete) outcome.request = reader.take();
  return outcome;
}

TEST(RequestReader, pieces_of_any_size_make_the_same_request) {
  const std::string bytes =
      "POST http://a.example/x?y HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer t\r\nRange: bytes=0-\r\n"
      "Expect: 100-continue\r\nContent-Length: 4\r\n\r\nbodyGET /next HTTP/1.1\r\n\r\n";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    const Outcome outcome = read(bytes, piece);
    ASSERT_TRUE(outcome.request) << piece;
    EXPECT_EQ(outcome.request->method, "POST");
    EXPECT_EQ(outcome.request->target, "/x?y");
    EXPECT_EQ(outcome.request->authorization, "Bearer t");
    EXPECT_EQ(outcome.request->range, "bytes=0-");
    EXPECT_EQ(outcome.request->body, "body");
    EXPECT_TRUE(outcome.request->has_body);
    EXPECT_EQ(outcome.left, "GET /next HTTP/1.1\r\n\r\n") << piece;
  }
}

TEST(RequestReader, chunks_in_pieces_of_any_size_make_the_same_request) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string next = "GET /next HTTP/1.1\r\n\r\n";
  for (const auto& [chunks, body] : {
           std::pair{"0\r\n\r\n", ""},
           std::pair{"0\r\nX: y\r\n\r\n", ""},
           std::pair{"1\r\na\r\n3;x=y\r\nbcd\r\n0\r\n\r\n", "abcd"},
       }) {
    const std::string bytes = head + chunks + next;
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
      const Outcome outcome = read(bytes, piece);
      ASSERT_TRUE(outcome.request) << piece << " at a time: " << chunks;
      EXPECT_EQ(outcome.request->body, body);
      EXPECT_EQ(outcome.left, next) << piece;
    }
  }
}

TEST(RequestReader, the_body_is_invited_once_the_head_is_there) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 4\r\n\r\n";
  EXPECT_TRUE(read(head, head.size()).invited);
  EXPECT_FALSE(read(head.substr(0, head.size() - 1), 1).invited);
  EXPECT_FALSE(read("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n", 8).invited);
}

TEST(RequestReader, head_comes_as_get_and_has_no_range) {
  const Outcome outcome =
      read("HEAD /f HTTP/1.1\r\nHost: a\r\nRange: bytes=0-\r\nIf-Range: \"x\"\r\n\r\n", 99);
  ASSERT_TRUE(outcome.request);
  EXPECT_EQ(outcome.request->method, "GET");
  EXPECT_EQ(outcome.request->range, "");
  EXPECT_EQ(outcome.request->if_range, "");
}

TEST(RequestReader, what_has_two_readings_is_malformed_at_the_end_of_its_head) {
  for (const char* headers :
       {"", "Host: a\r\nHost: b\r\n", "Host: a\r\nTransfer-Encoding: gzip\r\n",
        "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
        "Host: a\r\nContent-Length: 1, 1\r\n", "Host: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n"}) {
    const std::string bytes = "POST / HTTP/1.1\r\n" + std::string(headers) + "\r\n";
    for (const std::size_t piece : {std::size_t{1}, bytes.size()})
      EXPECT_EQ(read(bytes, piece).reading, Reading::malformed) << headers;
  }
}

TEST(RequestReader, limits_hold_at_the_limit_and_one_past_it) {
  const auto head_of = [](std::size_t size) {
    const std::string frame = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n";
    std::string bytes = frame;
    return bytes.insert(frame.size() - 4, size - frame.size(), 'x');
  };
  for (const std::size_t piece : {std::size_t{1}, kHeadMax * 2}) {
    EXPECT_TRUE(read(head_of(kHeadMax), piece).request) << piece;
    EXPECT_EQ(read(head_of(kHeadMax + 1), piece).reading, Reading::header_too_large) << piece;
    const auto posted = [&](int length) {
      return read("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" +
                      std::string(static_cast<std::size_t>(length), 'x'),
                  piece);
    };
    EXPECT_TRUE(posted(kBodyMax).request) << piece;
    EXPECT_EQ(posted(kBodyMax + 1).reading, Reading::body_too_large) << piece;
  }
  EXPECT_EQ(read("what is this\r\n\r\n", 5).reading, Reading::malformed);
}

}  // namespace
}  // namespace tonearm::http::detail
