#include "net/http_client.hpp"

#include <future>
#include <mutex>
#include <thread>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include "net/authority.hpp"
#include "net/errc.hpp"
#include "net/resolver.hpp"
#include "net/runtime.hpp"

namespace tonearm::net {
namespace {

using namespace std::chrono_literals;
using tcp = asio::ip::tcp;

/// Serves one connection after the other with a script; blocking, on a thread of its own.
class ScriptedServer {
 public:
  using Script = std::function<void(tcp::socket&)>;

  explicit ScriptedServer(std::vector<Script> scripts)
      : port(acceptor_.local_endpoint().port()), thread_([this, scripts = std::move(scripts)] {
          for (const auto& script : scripts) {
            boost::system::error_code error;
            tcp::socket socket(context_);
            acceptor_.accept(socket, error);
            if (error || stopping_) return;
            ++connections;
            current_ = socket.native_handle();
            script(socket);
            const std::lock_guard lock(mutex_);
            current_ = -1;
          }
        }) {}
  ~ScriptedServer() {
    stopping_ = true;
    {
      // Ends a script that waits for the client's next request.
      const std::lock_guard lock(mutex_);
      if (current_ >= 0) ::shutdown(current_, SHUT_RDWR);
    }
    // Wakes an accept that nobody will use any more.
    boost::system::error_code ignored;
    tcp::socket(context_).connect({asio::ip::address_v4::loopback(), port}, ignored);
  }

  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port) + path;
  }

 private:
  asio::io_context context_;
  std::mutex mutex_;  // held while the current socket must not be closed
  std::atomic<int> current_{-1};
  std::atomic<bool> stopping_{false};
  tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};

 public:
  const std::uint16_t port;
  std::atomic<int> connections{0};

 private:
  std::jthread thread_;
};

/// Head and body of one request; empty at the end of the connection.
template <class Stream>
std::string read_request(Stream& stream) {
  boost::system::error_code error;
  std::string text;
  asio::read_until(stream, asio::dynamic_buffer(text), "\r\n\r\n", error);
  if (error) return "";
  const auto at = text.find("Content-Length: ");
  if (at == std::string::npos) return text;
  const std::size_t whole = text.find("\r\n\r\n") + 4 + std::stoul(text.substr(at + 16));
  if (text.size() < whole)
    asio::read(stream, asio::dynamic_buffer(text), asio::transfer_exactly(whole - text.size()), error);
  return text;
}

template <class Stream>
void answer(Stream& stream, const std::string& status, const std::string& body,
            const std::string& headers = "") {
  boost::system::error_code ignored;
  asio::write(stream,
              asio::buffer("HTTP/1.1 " + status + "\r\n" + headers +
                           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body),
              ignored);
}

class HttpClientTest : public ::testing::Test {
 protected:
  base::Result<HttpResponse> send(HttpRequest request) {
    std::promise<base::Result<HttpResponse>> promise;
    auto future = promise.get_future();
    client_.send(std::move(request),
                 [&](base::Result<HttpResponse> answer) { promise.set_value(std::move(answer)); });
    if (future.wait_for(10s) != std::future_status::ready) throw std::runtime_error("no answer");
    return future.get();
  }

  static HttpClientOptions options() {
    HttpClientOptions options;
    options.policy.allow_loopback = true;
    return options;
  }

  Runtime runtime_{2};
  Resolver resolver_;
  HttpClient client_{runtime_, resolver_, options()};
};

TEST_F(HttpClientTest, a_post_carries_headers_body_and_length) {
  std::string seen;
  ScriptedServer server({[&](tcp::socket& socket) {
    seen = read_request(socket);
    answer(socket, "202 Accepted", "ok", "X-Answer: yes\r\n");
  }});
  const auto response = send({.method = "POST",
                              .url = server.url("/api?x=1"),
                              .headers = {{"Content-Type", "application/json"}},
                              .body = "{}"});
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 202);
  EXPECT_EQ(response->body, "ok");
  EXPECT_EQ(response->header("x-answer"), "yes");
  EXPECT_TRUE(seen.starts_with("POST /api?x=1 HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("Host: 127.0.0.1:"), std::string::npos);
  EXPECT_NE(seen.find("Content-Type: application/json\r\n"), std::string::npos);
  EXPECT_NE(seen.find("Content-Length: 2\r\n"), std::string::npos);
  EXPECT_TRUE(seen.ends_with("\r\n\r\n{}"));
}

TEST_F(HttpClientTest, requests_to_one_origin_share_a_connection) {
  ScriptedServer server({[](tcp::socket& socket) {
    while (!read_request(socket).empty()) answer(socket, "200 OK", "");
  }});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send({.url = server.url()})->status, 200);
  EXPECT_EQ(server.connections, 1);
}

TEST_F(HttpClientTest, an_idle_connection_is_closed_when_its_time_is_over_though_nobody_asks_for_another) {
  std::promise<void> closed;
  ScriptedServer server({[&](tcp::socket& socket) {
    read_request(socket);
    answer(socket, "200 OK", "");
    if (read_request(socket).empty()) closed.set_value();
  }});
  HttpClientOptions brief = options();
  brief.idle_for = 50ms;
  HttpClient client(runtime_, resolver_, brief);
  std::promise<void> answered;
  client.send({.url = server.url()}, [&](const auto&) { answered.set_value(); });
  answered.get_future().wait();
  EXPECT_EQ(closed.get_future().wait_for(20s), std::future_status::ready);
}

TEST_F(HttpClientTest, a_reused_connection_that_the_peer_closed_is_replaced) {
  std::promise<void> close_now;
  std::promise<void> closed;
  ScriptedServer server({[&](tcp::socket& socket) {
                           read_request(socket);
                           answer(socket, "200 OK", "");
                           close_now.get_future().wait();
                           socket.close();
                           closed.set_value();
                         },
                         [](tcp::socket& socket) {
                           read_request(socket);
                           answer(socket, "201 Created", "");
                         }});
  EXPECT_EQ(send({.url = server.url()})->status, 200);
  close_now.set_value();
  closed.get_future().wait();
  EXPECT_EQ(send({.method = "POST", .url = server.url()})->status, 201);
}

TEST_F(HttpClientTest, a_connection_closed_instead_of_an_answer_is_an_error) {
  ScriptedServer server({[](tcp::socket& socket) { read_request(socket); }});
  const auto response = send({.url = server.url()});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, NetErrc::connection_closed);
}

TEST_F(HttpClientTest, an_answer_that_ends_early_is_incomplete_and_not_asked_for_again) {
  const auto cut = [&](const std::string& part, bool reset) {
    ScriptedServer server({[&](tcp::socket& socket) {
                             read_request(socket);
                             answer(socket, "200 OK", "");
                             read_request(socket);  // on the same connection, so it might be sent anew
                             asio::write(socket, asio::buffer(part));
                             if (reset) socket.set_option(asio::socket_base::linger(true, 0));
                             socket.close();
                           },
                           [](tcp::socket& socket) {
                             read_request(socket);
                             answer(socket, "200 OK", "");
                           }});
    EXPECT_EQ(send({.url = server.url()})->status, 200);
    const auto response = send({.method = "POST", .url = server.url()});
    EXPECT_EQ(server.connections, 1) << part;
    return response ? std::error_code() : response.error().code;
  };
  for (const bool reset : {false, true}) {
    EXPECT_EQ(cut("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", reset), NetErrc::answer_incomplete);
    EXPECT_EQ(cut("HTTP/1.1 200 OK\r\nContent-", reset), NetErrc::answer_incomplete);
    EXPECT_EQ(cut("HTTP/1.1 100 Continue\r\n\r\n", reset), NetErrc::answer_incomplete);
  }
}

TEST_F(HttpClientTest, redirects_keep_method_and_body) {
  for (const char* status : {"307 Temporary Redirect", "308 Permanent Redirect", "302 Found"}) {
    std::string seen;
    ScriptedServer server({[&](tcp::socket& socket) {
      read_request(socket);
      answer(socket, status, "", "Location: /next\r\n");
      seen = read_request(socket);
      answer(socket, "200 OK", "done");
    }});
    const auto response = send({.method = "POST", .url = server.url(), .body = "same", .redirects_max = 5});
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->body, "done");
    EXPECT_TRUE(seen.starts_with("POST /next ")) << seen;
    EXPECT_TRUE(seen.ends_with("same"));
  }
}

TEST_F(HttpClientTest, redirects_are_followed_up_to_the_bound_and_not_at_all_by_default) {
  const auto loop = [](tcp::socket& socket) {
    while (!read_request(socket).empty()) answer(socket, "307 Again", "", "Location: /again\r\n");
  };
  ScriptedServer server({loop, loop});
  EXPECT_EQ(send({.url = server.url()})->status, 307);
  const auto response = send({.url = server.url(), .redirects_max = 5});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, NetErrc::too_many_redirects);
}

TEST_F(HttpClientTest, a_redirect_to_a_forbidden_address_is_refused_by_class) {
  ScriptedServer server({[](tcp::socket& socket) {
    read_request(socket);
    answer(socket, "307 Elsewhere", "", "Location: http://169.254.169.254/latest\r\n");
  }});
  const auto response = send({.url = server.url(), .redirects_max = 5});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, NetErrc::address_refused);
  EXPECT_NE(response.error().context.find("metadata"), std::string::npos);
}

TEST_F(HttpClientTest, a_forbidden_address_is_never_connected_to) {
  ScriptedServer server({[](tcp::socket&) {}});
  client_.set_policy({});
  const auto response = send({.url = server.url()});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, NetErrc::address_refused);
  EXPECT_EQ(server.connections, 0);
}

TEST_F(HttpClientTest, an_answer_beyond_the_bound_is_refused_and_one_at_it_is_not) {
  const auto script = [](tcp::socket& socket) {
    read_request(socket);
    answer(socket, "200 OK", std::string(1000, 'x'));
  };
  ScriptedServer server({script, script});
  EXPECT_EQ(
      send({.url = server.url(), .headers = {{"Connection", "close"}}, .response_max = 1000})->body.size(),
      1000u);
  const auto response = send({.url = server.url(), .response_max = 999});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, NetErrc::response_too_large);
}

TEST_F(HttpClientTest, a_silent_server_runs_into_the_total_timeout) {
  std::promise<void> over;
  ScriptedServer server({[&](tcp::socket& socket) {
    read_request(socket);
    over.get_future().wait();
  }});
  const auto response = send({.url = server.url(), .timeout = 50ms});
  over.set_value();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, NetErrc::timed_out);
}

TEST_F(HttpClientTest, a_request_can_be_taken_back) {
  std::promise<void> arrived;
  std::promise<base::Result<HttpResponse>> outcome;
  ScriptedServer server({[&](tcp::socket& socket) {
    read_request(socket);
    arrived.set_value();
    read_request(socket);
  }});
  const auto ticket =
      client_.send({.url = server.url()}, [&](auto answer) { outcome.set_value(std::move(answer)); });
  arrived.get_future().wait();
  ticket.cancel();
  const auto response = outcome.get_future().get();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, NetErrc::cancelled);
  ticket.cancel();
}

TEST_F(HttpClientTest, names_are_resolved_and_unknown_ones_reported) {
  ScriptedServer server({[](tcp::socket& socket) {
    read_request(socket);
    answer(socket, "200 OK", "");
  }});
  EXPECT_EQ(send({.url = "http://localhost:" + std::to_string(server.port) + "/"})->status, 200);
  const auto response = send({.url = "http://nobody.invalid/"});
  ASSERT_FALSE(response);
  EXPECT_TRUE(response.error().code == NetErrc::name_not_found ||
              response.error().code == NetErrc::timed_out);
}

TEST_F(HttpClientTest, bad_urls_dead_ports_and_nonsense_are_errors) {
  EXPECT_EQ(send({.url = "gopher://x"}).error().code, NetErrc::invalid_url);
  asio::io_context context;
  tcp::acceptor bound(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const auto port = bound.local_endpoint().port();
  bound.close();
  EXPECT_EQ(send({.url = "http://127.0.0.1:" + std::to_string(port)}).error().code, NetErrc::connect_failed);
  ScriptedServer server({[](tcp::socket& socket) {
    read_request(socket);
    asio::write(socket, asio::buffer(std::string("SMTP ready\r\n\r\n")));
  }});
  EXPECT_EQ(send({.url = server.url()}).error().code, NetErrc::bad_response);
}

class HttpsClientTest : public HttpClientTest {
 protected:
  ~HttpsClientTest() override { std::filesystem::remove_all(folder_); }

  static ScriptedServer::Script tls_script(std::shared_ptr<TlsContext> context) {
    return [context](tcp::socket& socket) {
      boost::system::error_code error;
      asio::ssl::stream<tcp::socket&> stream(socket, *context);
      stream.handshake(asio::ssl::stream_base::server, error);
      if (error) return;
      read_request(stream);
      answer(stream, "200 OK", "secret");
    };
  }

  base::Result<HttpResponse> fetch(const std::string& url, const std::filesystem::path& roots) {
    auto with_tls = options();
    with_tls.tls = make_client_tls(roots).value();
    HttpClient client(runtime_, resolver_, with_tls);
    std::promise<base::Result<HttpResponse>> promise;
    client.send({.url = url}, [&](auto answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("https_client_" + std::to_string(getpid()));
  const AuthorityFiles files_ = ensure_authority(folder_, {}, base::WallClock::now()).value();
  const std::shared_ptr<TlsContext> server_tls_ =
      ServerTls::load(files_.certificate, files_.key).value()->context();
};

TEST_F(HttpsClientTest, the_extra_roots_make_our_authority_trusted_for_names_and_addresses) {
  ScriptedServer server({tls_script(server_tls_), tls_script(server_tls_)});
  const std::string port = std::to_string(server.port);
  for (const char* host : {"https://127.0.0.1:", "https://localhost:"}) {
    const auto response = fetch(host + port + "/", files_.ca);
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->body, "secret");
  }
}

TEST_F(HttpsClientTest, an_unknown_authority_and_a_wrong_name_are_refused) {
  ScriptedServer server({tls_script(server_tls_), tls_script(server_tls_)});
  const std::string port = std::to_string(server.port);
  EXPECT_EQ(fetch("https://127.0.0.1:" + port + "/", "").error().code, NetErrc::tls_failed);
  EXPECT_EQ(fetch("https://127.0.0.2:" + port + "/", files_.ca).error().code, NetErrc::connect_failed);
}

}  // namespace
}  // namespace tonearm::net
