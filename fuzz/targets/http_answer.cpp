#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/detail/read_part.hpp"
#include "support/targets.hpp"

// What a webhook, a prompt's source or an issuer answers, then closes. The first byte says in pieces of what
// size it comes, the second whether it answers HEAD.

namespace tonearm::fuzz {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::uint32_t kHeaderMax = 2048;
constexpr std::uint64_t kBodyMax = 4096;

struct Answer {
  bool whole = false;
  unsigned status = 0;
  std::string body;
  std::string left;  ///< Not of this answer.
  bool operator==(const Answer&) const = default;
};

Answer read_in_pieces(Bytes bytes, std::size_t size, bool head) {
  asio::io_context context;
  beast::test::stream stream(context, text_of(bytes));
  stream.read_size(size);
  stream.close_remote();
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.header_limit(kHeaderMax);
  parser.body_limit(kBodyMax);
  parser.skip(head);
  const auto read = [&]() -> asio::awaitable<boost::system::error_code> {
    co_return co_await net::detail::read_part(stream, buffer, parser, net::detail::Part::whole);
  };
  boost::system::error_code error = asio::error::would_block;
  asio::co_spawn(context, read, [&](const std::exception_ptr& fault, boost::system::error_code got) {
    if (fault) std::rethrow_exception(fault);
    error = got;
  });
  context.run();
  require(error != asio::error::would_block, "reading ends with the connection");
  if (error) return {};
  const auto message = parser.release();
  return {true, message.result_int(), message.body(),
          beast::buffers_to_string(buffer.data()) + std::string(stream.str())};
}

}  // namespace

void http_answer(Bytes bytes) {
  Input input(bytes);
  const std::size_t size = 1 + input.byte();
  const bool head = input.byte() % 2 != 0;
  const Answer whole = read_in_pieces(input.rest(), input.rest().size() + 1, head);
  require(whole == read_in_pieces(input.rest(), size, head), "pieces make the same answer as the whole");
  require(!head || whole.body.empty(), "an answer to HEAD has no body");
  require(whole.body.size() <= kBodyMax, "a body is bounded");
}

}  // namespace tonearm::fuzz
