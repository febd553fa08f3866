#include "http/server.hpp"

#include <future>
#include <random>
#include <thread>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "http/http_fixture_test.hpp"
#include "net/authority.hpp"

namespace tonearm::http {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

/// 1 MB of letters in uneven pieces, from another thread; `/stream-broken` fails in the middle,
/// `/stream-open` does not say beforehand how much it is.
class Letters final : public BodyStream {
 public:
  static constexpr std::uint64_t kSize = 1'000'000;

  Letters(bool broken, bool open) : broken_(broken), open_(open) {}
  std::optional<std::uint64_t> size() const override { return open_ ? std::nullopt : std::optional(kSize); }
  void read(Chunk next) override {
    const std::size_t length = std::min<std::size_t>(kSize - given_, 70'001);
    const bool fails = broken_ && given_ > 500'000;
    std::string chunk(fails ? 0 : length, 'a');
    for (std::size_t i = 0; i < chunk.size(); ++i) chunk[i] = static_cast<char>('a' + (given_ + i) % 26);
    given_ += chunk.size();
    std::thread([next = std::move(next), chunk]() mutable { next(std::move(chunk)); }).detach();
  }

 private:
  const bool broken_;
  const bool open_;
  std::uint64_t given_ = 0;
};

/// Answers with what it was sent: `METHOD target body`. Some targets do something special.
class EchoService final : public Service {
 public:
  void handle(Request request, Responder respond) override {
    if (request.target == "/drop") return;
    if (request.target.starts_with("/stream")) return respond(streamed(request.target));
    if (request.target == "/throw") throw std::runtime_error("broken");
    if (request.target == "/hold") {
      held.emplace(std::move(respond));
      holding.set_value();
      return;
    }
    Response response{.status = 200, .content_type = "text/plain"};
    response.body = request.target == "/large" ? std::string(32 << 20, 'x')
                                               : request.method + " " + request.target + " " + request.body;
    response.on_written = [this] { ++written; };
    const auto later = [respond = std::make_shared<Responder>(std::move(respond)), response] {
      (*respond)(response);
    };
    if (request.target == "/later") {
      std::thread(later).detach();
    } else {
      later();
    }
  }

  Response streamed(const std::string& target) {
    Response response{.status = 200, .content_type = "application/octet-stream"};
    response.stream = std::make_shared<Letters>(target == "/stream-broken", target == "/stream-open");
    response.on_written = [this] { ++written; };
    return response;
  }

  std::atomic<int> written{0};
  std::optional<Responder> held;
  std::promise<void> holding;
};

class ServerTest : public ::testing::Test {
 protected:
  static ServerLimits limits() {
    ServerLimits limits;
    limits.body_max = 1000;
    limits.header_max = 2000;
    limits.timeout = 300ms;
    limits.write = 300ms;
    limits.write_chunk = 300ms;
    limits.connections_max = 3;
    return limits;
  }
  ~ServerTest() override { runtime_.stop(); }

  tcp::socket connect() {
    tcp::socket socket(client_context_);
    socket.connect({asio::ip::make_address(bound_.address), bound_.port});
    return socket;
  }
  static void send(tcp::socket& socket, const std::string& text) { asio::write(socket, asio::buffer(text)); }
  /// Everything until the server closes.
  static std::string read_all(tcp::socket& socket) {
    std::string text;
    boost::system::error_code error;
    asio::read(socket, asio::dynamic_buffer(text), error);
    return text;
  }
  /// One response by its Content-Length.
  static std::string read_one(tcp::socket& socket) {
    std::string text;
    char byte = 0;
    boost::system::error_code error;
    while (!text.ends_with("\r\n\r\n") && asio::read(socket, asio::buffer(&byte, 1), error) == 1)
      text.push_back(byte);
    const auto at = text.find("Content-Length: ");
    std::string body(at == std::string::npos ? 0 : std::stoul(text.substr(at + 16)), '\0');
    asio::read(socket, asio::buffer(body), error);
    return text + body;
  }
  std::string ask(const std::string& text) {
    auto socket = connect();
    send(socket, text);
    return read_all(socket);
  }
  static std::string post(const std::string& body, const std::string& headers = "") {
    return "POST /p HTTP/1.1\r\nHost: x\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  void wait_until_all_are_gone() {
    const auto begin = std::chrono::steady_clock::now();
    while (server_.connections() > 0 && std::chrono::steady_clock::now() - begin < 20s)
      std::this_thread::yield();
    EXPECT_EQ(server_.connections(), 0u);
  }
  /// A client may have read the last byte before the server has said that it is written.
  void wait_until_written(int responses) {
    const auto begin = std::chrono::steady_clock::now();
    while (service_.written < responses && std::chrono::steady_clock::now() - begin < 20s)
      std::this_thread::yield();
    EXPECT_EQ(service_.written, responses);
  }
  static int status(const std::string& response) {
    return response.size() > 12 ? std::stoi(response.substr(9, 3)) : 0;
  }

  EchoService service_;
  net::Runtime runtime_{2};
  Server server_{runtime_, service_, limits()};
  const base::Endpoint bound_ = server_.listen({"127.0.0.1", 0}).value();
  asio::io_context client_context_;
};

const std::string kClose = "Connection: close\r\n";

std::string header_of(const std::string& response, const std::string& name) {
  const auto at = response.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const auto begin = at + name.size() + 4;
  return response.substr(begin, response.find("\r\n", begin) - begin);
}

/// Whatever went wrong: JSON of the documented shape, with the ids that the headers have.
void expect_json_error(const std::string& response, int status, const std::string& client_id = "") {
  ASSERT_TRUE(response.starts_with("HTTP/1.1 " + std::to_string(status) + " ")) << response;
  EXPECT_EQ(header_of(response, "Content-Type"), "application/json");
  EXPECT_EQ(header_of(response, "client-request-id"), client_id);
  const auto body = boost::json::parse(response.substr(response.find("\r\n\r\n") + 4));
  const auto& error = body.at("error").as_object();
  EXPECT_FALSE(error.at("code").as_string().empty());
  EXPECT_FALSE(error.at("message").as_string().empty());
  const std::string request_id = header_of(response, "request-id");
  EXPECT_FALSE(request_id.empty());
  const auto& inner = error.at("innerError").as_object();
  EXPECT_EQ(std::string(inner.at("request-id").as_string()), request_id);
  EXPECT_EQ(std::string(inner.at("client-request-id").as_string()),
            client_id.empty() ? request_id : client_id);
  EXPECT_EQ(inner.at("date").as_string().size(), std::string("2026-02-03T10:11:12").size());
}

TEST_F(ServerTest, every_refusal_of_the_listener_is_json_with_the_ids_of_the_request) {
  const std::string ids = "client-request-id: c-1\r\nscenario-id: s-1\r\n";
  const auto too_large = ask(post(std::string(1001, 'x'), ids));
  expect_json_error(too_large, 413, "c-1");
  EXPECT_EQ(header_of(too_large, "scenario-id"), "s-1");
  expect_json_error(ask("POST /p HTTP/1.1\r\nHost: x\r\n" + ids + "Content-Length: 10\r\n\r\nshort"), 408,
                    "c-1");
  expect_json_error(ask("GET /drop HTTP/1.1\r\nHost: x\r\n" + ids + kClose + "\r\n"), 500, "c-1");
  expect_json_error(ask("GET /drop HTTP/1.1\r\nHost: x\r\n" + kClose + "\r\n"), 500);
  expect_json_error(ask("nonsense\r\n\r\n"), 400);
}

TEST_F(ServerTest, an_id_that_is_not_printable_is_not_echoed) {
  const auto response = ask(post("", kClose + "client-request-id: a\x80\r\n"));
  EXPECT_EQ(header_of(response, "client-request-id"), "");
  EXPECT_EQ(header_of(ask(post("", kClose + "client-request-id: " + std::string(256, 'x') + "\r\n")),
                      "client-request-id"),
            std::string(256, 'x'));
  EXPECT_EQ(header_of(ask(post("", kClose + "client-request-id: " + std::string(257, 'x') + "\r\n")),
                      "client-request-id"),
            "");
}

TEST_F(ServerTest, absolute_targets_and_doubled_slashes_are_handed_on_as_paths) {
  EXPECT_TRUE(ask("GET http://x.example.com/v1.0//a?b HTTP/1.1\r\nHost: x\r\n" + kClose + "\r\n")
                  .ends_with("GET /v1.0//a?b "));
  EXPECT_TRUE(ask("GET //v1.0/a HTTP/1.1\r\nHost: x\r\n" + kClose + "\r\n").ends_with("GET //v1.0/a "));
}

TEST_F(ServerTest, any_bytes_get_an_answer_or_a_closed_connection_and_the_server_lives) {
  std::mt19937 random(20260204);
  const std::string good = "POST /p?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n" + kClose +
                           "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\nhello";
  for (int round = 0; round < 300; ++round) {
    std::string bytes = good.substr(0, 1 + random() % good.size());
    for (unsigned edits = random() % 6; edits > 0; --edits)
      bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
    auto socket = connect();
    send(socket, bytes);
    boost::system::error_code ignored;
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    const auto response = read_all(socket);
    ASSERT_TRUE(response.empty() || response.starts_with("HTTP/1.1 ")) << response;
  }
  wait_until_all_are_gone();
  EXPECT_EQ(status(ask(post("still here", kClose))), 200);
}

TEST_F(ServerTest, answers_carry_length_date_and_the_echoed_ids) {
  const auto response = ask(post("hi", kClose + "Client-Request-Id: c-1\r\nScenario-Id: s-1\r\n"));
  EXPECT_TRUE(response.starts_with("HTTP/1.1 200 OK\r\n")) << response;
  for (const char* part : {"Content-Length: 10\r\n", "Date: ", "request-id: ", "client-request-id: c-1\r\n",
                           "scenario-id: s-1\r\n", "Content-Type: text/plain\r\n", "\r\n\r\nPOST /p hi"})
    EXPECT_NE(response.find(part), std::string::npos) << part << "\n" << response;
}

TEST_F(ServerTest, pipelined_requests_are_answered_in_order_on_one_connection) {
  auto socket = connect();
  send(socket, post("1") + "GET /later HTTP/1.1\r\nHost: x\r\n\r\n" + post("3"));
  EXPECT_TRUE(read_one(socket).ends_with("POST /p 1"));
  EXPECT_TRUE(read_one(socket).ends_with("GET /later "));
  EXPECT_TRUE(read_one(socket).ends_with("POST /p 3"));
}

TEST_F(ServerTest, a_request_may_come_byte_by_byte_and_chunked) {
  auto socket = connect();
  const std::string text =
      "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (const char c : text) send(socket, std::string(1, c));
  EXPECT_TRUE(read_one(socket).ends_with("POST /p abc"));
}

TEST_F(ServerTest, head_gets_the_headers_of_get_only) {
  const auto response = ask("HEAD /h HTTP/1.1\r\nHost: x\r\n" + kClose + "\r\n");
  EXPECT_NE(response.find("Content-Length: 7\r\n"), std::string::npos) << response;
  EXPECT_TRUE(response.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, a_client_that_waits_for_it_is_told_to_continue) {
  auto socket = connect();
  send(socket, "POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_TRUE(read_one(socket).starts_with("HTTP/1.1 100 Continue\r\n"));
  send(socket, "ok");
  EXPECT_TRUE(read_one(socket).ends_with("POST /p ok"));
}

TEST_F(ServerTest, a_body_at_the_limit_is_read_and_one_past_it_is_413) {
  EXPECT_EQ(status(ask(post(std::string(1000, 'x'), kClose))), 200);
  const auto response = ask(post(std::string(1001, 'x')));
  EXPECT_EQ(status(response), 413);
  EXPECT_NE(response.find("Connection: close\r\n"), std::string::npos);
  EXPECT_NE(response.find(R"("code":"BadRequest")"), std::string::npos);
  EXPECT_EQ(status(ask("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                       std::string(1001, 'x') + "\r\n0\r\n\r\n")),
            413);
}

TEST_F(ServerTest, a_refused_client_that_goes_on_sending_still_reads_the_refusal) {
  auto socket = connect();
  boost::system::error_code ignored;
  asio::write(socket, asio::buffer(post(std::string(500'000, 'x'))), ignored);
  EXPECT_EQ(status(read_one(socket)), 413);
}

/// A request whose head has `size` bytes: the filler stands in the request line or in a header.
std::string with_head_of(std::size_t size, bool long_target) {
  const std::string rest = " HTTP/1.1\r\nHost: x\r\n" + kClose + "X-Long: ";
  const std::size_t filler = size - std::string("GET /").size() - rest.size() - 4;
  const std::string target = long_target ? std::string(filler, 'x') : "";
  const std::string header = long_target ? "" : std::string(filler, 'x');
  return "GET /" + target + rest + header + "\r\n\r\n";
}

TEST_F(ServerTest, a_head_at_the_limit_is_read_and_one_past_it_is_431) {
  for (const bool long_target : {true, false}) {
    EXPECT_EQ(status(ask(with_head_of(2000, long_target))), 200) << long_target;
    expect_json_error(ask(with_head_of(2001, long_target)), 431);
    auto socket = connect();
    const std::string text = with_head_of(2001, long_target);
    for (const std::size_t at : {std::size_t{0}, std::size_t{1900}}) send(socket, text.substr(at, 1900));
    EXPECT_EQ(status(read_all(socket)), 431) << long_target;
  }
  // Both long, neither past the limit by itself.
  expect_json_error(ask("GET /" + std::string(1500, 'x') +
                        " HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(1500, 'x') + "\r\n\r\n"),
                    431);
  EXPECT_EQ(status(ask("GET /" + std::string(5000, 'x'))), 431);
}

TEST_F(ServerTest, slow_bodies_and_slow_headers_are_408) {
  const auto slow_body = ask("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nshort");
  EXPECT_EQ(status(slow_body), 408);
  EXPECT_NE(slow_body.find(R"("error")"), std::string::npos);
  EXPECT_EQ(status(ask("POST /p HT")), 408);
  EXPECT_EQ(service_.written, 0);
}

TEST_F(ServerTest, what_is_no_http_is_400) {
  EXPECT_EQ(status(ask("\x16\x03\x01 hello\r\n\r\n")), 400);
  EXPECT_EQ(status(ask("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")), 400);
  EXPECT_EQ(status(ask("GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")),
            400);
}

TEST_F(ServerTest, connections_past_the_limit_are_told_so) {
  std::vector<tcp::socket> open;
  for (int i = 0; i < 3; ++i) {
    open.push_back(connect());
    send(open.back(), post("x"));
    EXPECT_EQ(status(read_one(open.back())), 200);
  }
  auto refused = connect();
  const auto response = read_all(refused);
  EXPECT_EQ(status(response), 503);
  EXPECT_NE(response.find("Retry-After: "), std::string::npos);
  send(open[0], post("still served"));
  EXPECT_EQ(status(read_one(open[0])), 200);
  open.clear();
  wait_until_all_are_gone();
  EXPECT_EQ(status(ask(post("room again", kClose))), 200);
}

TEST_F(ServerTest, a_client_that_does_not_read_loses_its_connection_and_the_domain_hears_of_it) {
  auto socket = connect();
  send(socket, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto begin = std::chrono::steady_clock::now();
  while (service_.written == 0 && std::chrono::steady_clock::now() - begin < 20s) std::this_thread::yield();
  EXPECT_EQ(service_.written, 1);
  std::string rest = read_all(socket);
  EXPECT_LT(rest.size(), 32u << 20);
}

TEST_F(ServerTest, a_request_that_nobody_answers_gets_500) {
  EXPECT_EQ(status(ask("GET /drop HTTP/1.1\r\nHost: x\r\n" + kClose + "\r\n")), 500);
  EXPECT_EQ(status(ask("GET /throw HTTP/1.1\r\nHost: x\r\n" + kClose + "\r\n")), 500);
}

TEST_F(ServerTest, connections_are_counted_while_they_last) {
  {
    auto socket = connect();
    send(socket, post("x"));
    EXPECT_EQ(status(read_one(socket)), 200);
    EXPECT_EQ(server_.connections(), 1u);
  }
  wait_until_all_are_gone();
}

TEST_F(ServerTest, stopping_closes_idle_connections_and_answers_what_is_under_way) {
  auto idle = connect();
  send(idle, post("x"));
  EXPECT_EQ(status(read_one(idle)), 200);
  auto busy = connect();
  send(busy, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  service_.holding.get_future().wait();
  server_.stop();
  EXPECT_EQ(read_all(idle), "");
  (*service_.held)({.status = 204});
  const auto response = read_all(busy);
  EXPECT_EQ(status(response), 204);
  EXPECT_EQ(response.find("Content-"), std::string::npos);
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
}

TEST_F(ServerTest, tls_listeners_serve_the_same) {
  const auto folder = std::filesystem::temp_directory_path() / ("http_server_" + std::to_string(getpid()));
  const auto files = net::ensure_authority(folder, {}, base::WallClock::now()).value();
  const auto tls = net::ServerTls::load(files.certificate, files.key).value();
  Server patient(runtime_, service_);  // a handshake takes its time on a busy machine
  const auto bound = patient.listen({"127.0.0.1", 0}, tls).value();
  const auto roots = net::make_client_tls(files.ca).value();
  asio::ssl::stream<tcp::socket> stream(client_context_, *roots);
  stream.next_layer().connect({asio::ip::make_address(bound.address), bound.port});
  stream.handshake(asio::ssl::stream_base::client);
  asio::write(stream, asio::buffer(post("secret", kClose)));
  std::string text;
  boost::system::error_code error;
  asio::read(stream, asio::dynamic_buffer(text), error);
  EXPECT_EQ(error, asio::error::eof) << error.message();  // a proper close, not a truncation
  EXPECT_TRUE(text.ends_with("POST /p secret")) << text;
  std::filesystem::remove_all(folder);
}

TEST_F(ServerTest, an_address_in_use_is_an_error_that_names_it) {
  const auto second = server_.listen({bound_.address, bound_.port});
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message().find(bound_.to_string()), std::string::npos);
}

TEST_F(ServerTest, a_streamed_body_arrives_whole_and_the_connection_goes_on) {
  auto socket = connect();
  for (int i = 0; i < 2; ++i) {
    send(socket, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string response = read_one(socket);
    EXPECT_EQ(header_of(response, "Content-Length"), "1000000");
    const std::string body = response.substr(response.find("\r\n\r\n") + 4);
    ASSERT_EQ(body.size(), 1'000'000u);
    for (std::size_t at = 0; at < body.size(); at += 997)
      ASSERT_EQ(body[at], static_cast<char>('a' + at % 26));
  }
  wait_until_written(2);
}

TEST_F(ServerTest, a_head_request_gets_the_length_of_a_stream_and_nothing_of_it) {
  const auto response = ask("HEAD /stream HTTP/1.1\r\nHost: x\r\n" + kClose + "\r\n");
  EXPECT_EQ(header_of(response, "Content-Length"), "1000000");
  EXPECT_TRUE(response.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, a_stream_that_breaks_off_closes_the_connection) {
  const auto response = ask("GET /stream-broken HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status(response), 200);
  EXPECT_LT(response.size(), 1'000'000u);
  wait_until_all_are_gone();
  wait_until_written(1);
}

TEST_F(ServerTest, a_stream_of_unknown_length_ends_with_its_connection) {
  const auto response = ask("GET /stream-open HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status(response), 200);
  EXPECT_EQ(response.find("Content-Length"), std::string::npos);
  EXPECT_NE(response.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(response.size() - response.find("\r\n\r\n") - 4, Letters::kSize);
  wait_until_all_are_gone();
  wait_until_written(1);
}

TEST_F(ServerTest, a_client_that_stops_taking_a_stream_is_closed) {
  // Twice what loopback holds for a reader who does not read.
  auto socket = connect();
  socket.set_option(asio::socket_base::receive_buffer_size(4096));
  for (int i = 0; i < 20; ++i) send(socket, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  wait_until_all_are_gone();
}

}  // namespace
}  // namespace tonearm::http
