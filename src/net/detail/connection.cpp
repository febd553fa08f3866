#include "net/detail/connection.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <sys/socket.h>

#include "net/detail/read_part.hpp"
#include "net/errc.hpp"

namespace tonearm::net::detail {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using Parser = http::response_parser<http::string_body>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t kHeaderMax = 32 * 1024;
/// Of a body that nobody wants: worth no more than a new connection.
constexpr std::uint64_t kDroppedMax = 64 * 1024;  // [bytes]
constexpr base::milliseconds kDropFor{1000};
/// Interim answers (100, 103) before the answer: who sends them without end keeps a thread busy.
constexpr unsigned kInterimMax = 16;

/// The connection is over. TLS without a farewell (RFC 8446 §6.1) is no end of a body, else whoever cuts the
/// connection would shorten the file.
bool is_end(const error_code& error) {
  return error == http::error::end_of_stream || error == http::error::partial_message ||
         error == asio::error::connection_reset || error == asio::error::broken_pipe ||
         error == asio::ssl::error::stream_truncated;
}

base::Error translate(const error_code& error, NetErrc otherwise) {
  NetErrc errc = otherwise;
  if (error == beast::error::timeout) errc = NetErrc::timed_out;
  if (error == asio::error::operation_aborted) errc = NetErrc::cancelled;
  if (error == http::error::body_limit) errc = NetErrc::response_too_large;
  if (is_end(error)) errc = NetErrc::connection_closed;
  return {make_error_code(errc), error.message()};
}

http::request<http::string_body> to_beast(const Url& url, const HttpRequest& request) {
  http::request<http::string_body> message;
  message.version(11);
  message.method_string(request.method);
  message.target(url.target);
  message.set(http::field::host, url.authority());
  for (const HttpHeader& header : request.headers) message.insert(header.name, header.value);
  message.body() = request.body;
  const bool bodyless = request.method == "GET" || request.method == "HEAD";
  if (!bodyless || !request.body.empty()) message.content_length(request.body.size());
  return message;
}

HttpResponse head_of(const http::response_header<>& head) {
  HttpResponse response;
  response.status = static_cast<int>(head.result_int());
  for (const auto& field : head)
    response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  return response;
}

HttpResponse from_beast(http::response<http::string_body>&& message) {
  HttpResponse response = head_of(message);
  response.body = std::move(message.body());
  return response;
}

template <class Stream>
class StreamConnection final : public Connection {
 public:
  template <class... Args>
  explicit StreamConnection(Args&&... args) : stream_(std::forward<Args>(args)...) {}

  Stream& stream() { return stream_; }

  asio::awaitable<base::Result<HttpResponse>> exchange(const Url& url, const HttpRequest& request,
                                                       base::TimePoint deadline) override {
    reusable_ = false;
    beast::get_lowest_layer(stream_).expires_at(deadline);
    auto message = to_beast(url, request);
    const auto [write_error, written] = co_await http::async_write(stream_, message, kTuple);
    if (write_error) co_return std::unexpected(translate(write_error, NetErrc::bad_response));
    if (request.head_only) co_return co_await read_head(request.method == "HEAD", deadline);
    co_return co_await read_answer(request.method == "HEAD", request.response_max);
  }

  bool reusable() override {
    char byte = 0;
    const int fd = beast::get_lowest_layer(stream_).socket().native_handle();
    // Readable while nothing is asked: closed by the peer, or bytes that belong to no answer.
    return reusable_ && buffer_.size() == 0 && recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
  }

 private:
  asio::awaitable<base::Result<HttpResponse>> read_answer(bool head, std::size_t body_max) {
    for (unsigned interim = 0; interim <= kInterimMax; ++interim) {
      Parser parser;
      parser.header_limit(kHeaderMax);
      parser.body_limit(body_max);
      parser.skip(head);
      const error_code error = co_await read_part(stream_, buffer_, parser, Part::whole);
      // Only what has not begun to answer may be asked again (HttpClient).
      if (is_end(error) && (interim > 0 || parser.got_some()))
        co_return base::fail(NetErrc::answer_incomplete, error.message());
      if (error) co_return std::unexpected(translate(error, NetErrc::bad_response));
      if (parser.get().result_int() / 100 == 1) continue;  // 100, 103: the answer follows
      beast::get_lowest_layer(stream_).expires_never();
      reusable_ = parser.keep_alive();
      co_return from_beast(parser.release());
    }
    co_return base::fail(NetErrc::bad_response, "interim answers only");
  }

  asio::awaitable<base::Result<HttpResponse>> read_head(bool head, base::TimePoint deadline) {
    for (unsigned interim = 0; interim <= kInterimMax; ++interim) {
      http::response_parser<http::buffer_body> parser;
      parser.header_limit(kHeaderMax);
      parser.body_limit(kDroppedMax);
      parser.skip(head);
      const error_code error = co_await read_part(stream_, buffer_, parser, Part::head);
      if (is_end(error) && (interim > 0 || parser.got_some()))
        co_return base::fail(NetErrc::answer_incomplete, error.message());
      if (error && error != http::error::body_limit)
        co_return std::unexpected(translate(error, NetErrc::bad_response));
      if (parser.get().result_int() / 100 == 1) continue;
      HttpResponse response = head_of(parser.get());
      if (!error) reusable_ = co_await drop_body(parser, deadline) && parser.keep_alive();
      beast::get_lowest_layer(stream_).expires_never();
      co_return response;
    }
    co_return base::fail(NetErrc::bad_response, "interim answers only");
  }

  /// True if the body ended in time.
  asio::awaitable<bool> drop_body(http::response_parser<http::buffer_body>& parser,
                                  base::TimePoint deadline) {
    std::array<char, 4096> scratch;
    beast::get_lowest_layer(stream_).expires_at(std::min(deadline, base::SteadyClock::now() + kDropFor));
    while (!parser.is_done()) {
      parser.get().body().data = scratch.data();
      parser.get().body().size = scratch.size();
      const error_code error = co_await read_part(stream_, buffer_, parser, Part::whole);
      if (error && error != http::error::need_buffer) co_return false;
    }
    co_return true;
  }

  Stream stream_;
  beast::flat_buffer buffer_;
  bool reusable_ = false;
};

asio::awaitable<std::optional<base::Error>> connect(beast::tcp_stream& stream,
                                                    asio::ip::tcp::endpoint endpoint,
                                                    base::TimePoint deadline) {
  stream.expires_at(deadline);
  const auto [error] = co_await stream.async_connect(endpoint, kTuple);
  if (error) co_return translate(error, NetErrc::connect_failed);
  error_code ignored;
  stream.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  co_return std::nullopt;
}

asio::awaitable<std::optional<base::Error>> shake_hands(TlsStream& stream, std::string host) {
  error_code literal_error;
  asio::ip::make_address(host, literal_error);
  // RFC 6066 §3: no literal addresses in SNI.
  if (literal_error) SSL_set_tlsext_host_name(stream.native_handle(), host.c_str());
  stream.set_verify_callback(asio::ssl::host_name_verification(host));
  const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, kTuple);
  if (!error) co_return std::nullopt;
  base::Error failure = translate(error, NetErrc::tls_failed);
  const long verdict = SSL_get_verify_result(stream.native_handle());
  if (verdict != X509_V_OK) failure.context += std::string(", ") + X509_verify_cert_error_string(verdict);
  co_return failure;
}

}  // namespace

asio::awaitable<base::Result<std::unique_ptr<Connection>>> open_connection(const Url& url,
                                                                           const asio::ip::address& address,
                                                                           TlsContext* tls,
                                                                           base::TimePoint deadline) {
  const auto executor = co_await asio::this_coro::executor;
  const asio::ip::tcp::endpoint endpoint(address, url.port);
  if (!url.secure) {
    auto plain = std::make_unique<StreamConnection<PlainStream>>(executor);
    if (auto error = co_await connect(plain->stream(), endpoint, deadline)) co_return std::unexpected(*error);
    co_return plain;
  }
  if (!tls) co_return base::fail(NetErrc::tls_failed, "https is not set up");
  auto secure = std::make_unique<StreamConnection<TlsStream>>(executor, *tls);
  auto& socket = beast::get_lowest_layer(secure->stream());
  if (auto error = co_await connect(socket, endpoint, deadline)) co_return std::unexpected(*error);
  if (auto error = co_await shake_hands(secure->stream(), url.host)) co_return std::unexpected(*error);
  co_return secure;
}

}  // namespace tonearm::net::detail
