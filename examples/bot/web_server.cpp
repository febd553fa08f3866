#include "web_server.hpp"

#include <fstream>
#include <sstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace bot {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
using asio::use_awaitable;
using tcp = asio::ip::tcp;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

namespace {

constexpr auto kIdle = std::chrono::minutes(5);

Response respond(const Request& request, http::status status, std::string body = {},
                 std::string_view type = {}) {
  Response response(status, request.version());
  if (!type.empty()) response.set(http::field::content_type, beast::string_view(type.data(), type.size()));
  response.keep_alive(request.keep_alive());
  response.body() = std::move(body);
  response.prepare_payload();
  return response;
}

/// Only plain names of the audio folder, so that no path leads out of it.
Response serve_audio(const Request& request, const std::filesystem::path& folder,
                     const Recordings& recordings) {
  constexpr std::string_view kSuffix = ".wav";
  const std::string target(request.target());
  const std::string name = target.substr(std::string_view("/audio/").size());
  const bool plain = name.ends_with(kSuffix) && name.find_first_of("/\\%?") == std::string::npos;
  const std::string stem = plain ? name.substr(0, name.size() - kSuffix.size()) : std::string();
  if (const std::string* recording = recordings.find(stem))
    return respond(request, http::status::ok, *recording, "audio/wav");
  std::ifstream file(plain ? folder / name : std::filesystem::path(), std::ios::binary);
  if (!file) return respond(request, http::status::not_found);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return respond(request, http::status::ok, std::move(bytes).str(), "audio/wav");
}

}  // namespace

WebServer::WebServer(tcp::acceptor acceptor, std::filesystem::path audio, const Recordings& recordings,
                     EventLog& log, NotificationHandler handler)
    : acceptor_(std::move(acceptor)),
      audio_(std::move(audio)),
      recordings_(recordings),
      log_(log),
      handler_(std::move(handler)) {}

std::string WebServer::address() const {
  std::ostringstream text;
  text << acceptor_.local_endpoint();
  return text.str();
}

asio::awaitable<void> WebServer::run() {
  for (;;) {
    tcp::socket socket = co_await acceptor_.async_accept(use_awaitable);
    asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), [](std::exception_ptr) {
      // A connection that broke: the server will come again.
    });
  }
}

asio::awaitable<void> WebServer::serve(tcp::socket socket) {
  beast::tcp_stream stream(std::move(socket));
  stream.socket().set_option(tcp::no_delay(true));
  beast::flat_buffer buffer;
  for (bool keep_alive = true; keep_alive;) {
    Request request;
    stream.expires_after(kIdle);
    co_await http::async_read(stream, buffer, request, use_awaitable);
    keep_alive = request.keep_alive();
    Response response = respond(request, http::status::not_found);
    json::array notifications;
    if (request.method() == http::verb::post && request.target() == "/api/calls") {
      notifications = parse_notifications(request.body());
      response = respond(request, notifications.empty() ? http::status::bad_request : http::status::accepted);
    } else if (request.method() == http::verb::get && request.target().starts_with("/audio/")) {
      response = serve_audio(request, audio_, recordings_);
      log_.write("fetched", {{"path", std::string(request.target())}, {"status", response.result_int()}});
    }
    co_await http::async_write(stream, response, use_awaitable);
    for (json::value& notification : notifications) {
      if (notification.is_object()) handler_(std::move(notification.as_object()));
    }
  }
}

json::array WebServer::parse_notifications(const std::string& body) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  if (error || !value.is_object()) return {};
  const json::value* list = value.as_object().if_contains("value");
  return list != nullptr && list->is_array() ? list->as_array() : json::array{};
}

}  // namespace bot
