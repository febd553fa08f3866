#include "notify/net_poster.hpp"

#include <future>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "net/errc.hpp"
#include "net/resolver.hpp"
#include "net/runtime.hpp"
#include "notify/asio_loop.hpp"

namespace tonearm::notify {
namespace {

using boost::asio::ip::tcp;

/// Answers one connection per entry and keeps what it was asked. `PORT` in an answer becomes its own.
class LoopbackBot {
 public:
  explicit LoopbackBot(std::vector<std::string> answers)
      : thread_([this, answers = std::move(answers)] { serve(answers); }) {}
  ~LoopbackBot() { join(); }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + port() + "/api/calls"; }
  [[nodiscard]] std::string port() const { return std::to_string(acceptor_.local_endpoint().port()); }
  /// Head and body of each request; after all answers are given.
  std::vector<std::string> requests() {
    join();
    return requests_;
  }

 private:
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  void serve(const std::vector<std::string>& answers) {
    for (std::string answer : answers) {
      tcp::socket socket(context_);
      acceptor_.accept(socket);
      requests_.push_back(read_request(socket));
      if (const auto at = answer.find("PORT"); at != std::string::npos) answer.replace(at, 4, port());
      boost::system::error_code ignored;
      boost::asio::write(socket, boost::asio::buffer(answer), ignored);
    }
  }
  static std::string read_request(tcp::socket& socket) {
    std::string text;
    boost::system::error_code failure;
    const std::size_t head =
        boost::asio::read_until(socket, boost::asio::dynamic_buffer(text), "\r\n\r\n", failure);
    const auto at = text.find("Content-Length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::stoul(text.substr(at + 16));
    if (text.size() < head + length) {
      boost::asio::read(socket, boost::asio::dynamic_buffer(text),
                        boost::asio::transfer_exactly(head + length - text.size()), failure);
    }
    return text;
  }

  boost::asio::io_context context_;
  tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::vector<std::string> requests_;
  std::thread thread_;
};

class NetPosterTest : public ::testing::Test {
 protected:
  base::Result<PostAnswer> post(const std::string& url) {
    std::promise<base::Result<PostAnswer>> answer;
    PostRequest request;
    request.url = url;
    request.headers = {{"X-Microsoft-Skype-Message-ID", "m"}};
    request.body = R"({"value":[]})";
    poster_.post(std::move(request), [&](auto result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }

  static net::AddressPolicy policy() {
    net::AddressPolicy policy;
    policy.allow_loopback = true;
    return policy;
  }

  net::Runtime runtime_{1};
  net::Resolver resolver_{{.threads = 1}};
  NetPoster poster_{runtime_, resolver_, policy(), nullptr};
};

TEST_F(NetPosterTest, sends_a_length_and_the_name_that_bots_know) {
  LoopbackBot bot({"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"});
  const auto answer = post(bot.url());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 202);
  const std::string request = bot.requests().at(0);
  EXPECT_TRUE(request.starts_with("POST /api/calls HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("Content-Length: 12\r\n"), std::string::npos) << request;
  EXPECT_NE(request.find("User-Agent: Microsoft-Skype/3.0,(Calling/1.0)\r\n"), std::string::npos) << request;
  EXPECT_EQ(request.find("Transfer-Encoding"), std::string::npos);
}

TEST_F(NetPosterTest, follows_redirects_with_method_headers_and_body) {
  const std::string to_here =
      "Location: http://127.0.0.1:PORT/region\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  LoopbackBot bot({"HTTP/1.1 307 Temporary Redirect\r\n" + to_here, "HTTP/1.1 302 Found\r\n" + to_here,
                   "HTTP/1.1 308 Permanent Redirect\r\n" + to_here,
                   "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"});
  const auto answer = post(bot.url());
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->status, 204);
  const auto requests = bot.requests();
  ASSERT_EQ(requests.size(), 4u);
  for (std::size_t hop = 1; hop < 4; ++hop) {
    EXPECT_TRUE(requests[hop].starts_with("POST /region HTTP/1.1\r\n")) << requests[hop];
    EXPECT_NE(requests[hop].find("X-Microsoft-Skype-Message-ID: m\r\n"), std::string::npos);
    EXPECT_TRUE(requests[hop].ends_with(R"({"value":[]})"));
  }
}

TEST_F(NetPosterTest, hands_over_retry_after) {
  LoopbackBot bot({"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"});
  const auto answer = post(bot.url());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->retry_after, "7");
}

TEST_F(NetPosterTest, a_status_counts_although_its_body_is_endless_broken_or_too_long) {
  for (const char* body : {"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                           "Content-Length: 99\r\n\r\nhello", "Content-Length: 99999999999\r\n\r\nhello",
                           "\r\nhello", "Transfer-Encoding: chunked\r\n\r\nnonsense"}) {
    LoopbackBot bot({std::string("HTTP/1.1 202 Accepted\r\n") + body});
    const auto answer = post(bot.url());
    ASSERT_TRUE(answer) << body << answer.error().message();
    EXPECT_EQ(answer->status, 202) << body;
  }
}

TEST_F(NetPosterTest, an_answer_that_ends_within_its_head_is_none) {
  LoopbackBot bot({"HTTP/1.1 202 Accepted\r\nContent-Le"});
  const auto answer = post(bot.url());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, net::NetErrc::answer_incomplete);
}

TEST_F(NetPosterTest, early_hints_are_no_answer_yet) {
  LoopbackBot bot({"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"});
  const auto answer = post(bot.url());
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->status, 404);
}

TEST_F(NetPosterTest, says_why_a_bot_cannot_be_reached) {
  std::string url;
  {
    boost::asio::io_context context;
    const tcp::acceptor closed_soon(context, {boost::asio::ip::address_v4::loopback(), 0});
    url = "http://127.0.0.1:" + std::to_string(closed_soon.local_endpoint().port()) + "/";
  }
  const auto answer = post(url);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, net::NetErrc::connect_failed);
}

TEST(AsioLoop, runs_tasks_in_order_and_timers_after_their_time) {
  net::Runtime runtime(2);
  AsioLoop loop(runtime.context(0).get_executor());
  std::vector<int> order;
  std::promise<void> done;
  const auto begin = loop.now();
  loop.call_after(std::chrono::milliseconds(5), [&] { done.set_value(); });
  for (int i = 0; i < 3; ++i) loop.post([&order, i] { order.push_back(i); });
  done.get_future().get();
  EXPECT_GE(loop.now() - begin, std::chrono::milliseconds(5));
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

}  // namespace
}  // namespace tonearm::notify
