#include "http_client.hpp"

#include <stdexcept>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "event_log.hpp"

namespace bot {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;
using tcp = asio::ip::tcp;

namespace {

constexpr auto kTimeout = std::chrono::seconds(20);

http::request<http::string_body> to_beast(const HttpRequest& request, const std::string& host) {
  http::request<http::string_body> message(http::string_to_verb(request.method), request.target, 11);
  message.set(http::field::host, host);
  message.set(http::field::user_agent, "example-bot/1.0");
  message.set(http::field::accept, "application/json");
  if (!request.authorization.empty()) message.set(http::field::authorization, request.authorization);
  if (!request.body.empty()) message.set(http::field::content_type, request.content_type);
  message.body() = request.body;
  message.prepare_payload();
  return message;
}

}  // namespace

struct HttpClient::Connection {
  explicit Connection(beast::tcp_stream s) : stream(std::move(s)) {}

  beast::tcp_stream stream;
  beast::flat_buffer buffer;
  bool used = false;  ///< Has carried a request already: it may turn out to be closed.
};

HttpClient::HttpClient(const std::string& base) {
  constexpr std::string_view kScheme = "http://";
  if (!base.starts_with(kScheme)) throw std::invalid_argument("not an http:// address: " + base);
  const std::string authority = base.substr(kScheme.size(), base.find('/', kScheme.size()) - kScheme.size());
  const auto colon = authority.rfind(':');
  const bool has_port = colon != std::string::npos && authority.find(']', colon) == std::string::npos;
  host_ = has_port ? authority.substr(0, colon) : authority;
  port_ = has_port ? authority.substr(colon + 1) : "80";
}

HttpClient::HttpClient(HttpClient&& other) noexcept = default;

HttpClient::~HttpClient() = default;

asio::awaitable<HttpResponse> HttpClient::send(HttpRequest request) {
  const auto message = to_beast(request, host_ + ":" + port_);
  for (;;) {
    if (!connection_) co_await connect();
    if (auto response = co_await exchange(message)) co_return *std::move(response);
  }
}

asio::awaitable<void> HttpClient::connect() {
  const auto executor = co_await asio::this_coro::executor;
  const std::string name = host_.starts_with('[') ? host_.substr(1, host_.size() - 2) : host_;
  tcp::resolver resolver(executor);
  const auto addresses = co_await resolver.async_resolve(name, port_, use_awaitable);
  auto line = std::make_unique<Connection>(beast::tcp_stream(executor));
  line->stream.expires_after(kTimeout);
  co_await line->stream.async_connect(addresses, use_awaitable);
  line->stream.socket().set_option(tcp::no_delay(true));
  connection_ = std::move(line);
}

template <class Message>
asio::awaitable<std::optional<HttpResponse>> HttpClient::exchange(const Message& message) {
  Connection& line = *connection_;
  line.stream.expires_after(kTimeout);
  HttpResponse response;
  http::response<http::string_body> answer;
  boost::system::error_code error;
  auto into_error = asio::redirect_error(use_awaitable, error);
  response.sent_ns = monotonic_ns();
  co_await http::async_write(line.stream, message, into_error);
  if (!error) co_await http::async_read(line.stream, line.buffer, answer, into_error);
  response.answered_ns = monotonic_ns();
  if (error) {
    const bool closed_meanwhile =
        line.used && (error == http::error::end_of_stream || error == asio::error::connection_reset ||
                      error == asio::error::broken_pipe);
    connection_.reset();
    if (closed_meanwhile) co_return std::nullopt;
    throw boost::system::system_error(error, "no answer");
  }
  line.used = true;
  response.status = answer.result_int();
  response.body = std::move(answer.body());
  if (!answer.keep_alive()) connection_.reset();
  co_return response;
}

}  // namespace bot
