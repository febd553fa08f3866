#include "net/resolver.hpp"

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "net/errc.hpp"
#include "net/runtime.hpp"

namespace tonearm::net {
namespace {

using namespace std::chrono_literals;

/// A name server that knows every name but those that end with "gone", and is silent when told.
class NameServer {
 public:
  ~NameServer() { speak(); }

  base::Result<Addresses> look_up(const std::string& host) {
    ++asked;
    std::unique_lock lock(mutex_);
    spoken_.wait(lock, [&] { return !silent_ || !host.starts_with("slow"); });
    if (host.ends_with("gone")) return base::fail(NetErrc::name_not_found, host);
    return Addresses{boost::asio::ip::make_address("192.0.2." + std::to_string(last_byte))};
  }
  void be_silent() {
    const std::lock_guard lock(mutex_);
    silent_ = true;
  }
  void speak() {
    {
      const std::lock_guard lock(mutex_);
      silent_ = false;
    }
    spoken_.notify_all();
  }

  std::atomic<int> asked{0};
  std::atomic<int> last_byte{1};

 private:
  std::mutex mutex_;  // guards silent_
  std::condition_variable spoken_;
  bool silent_ = false;
};

class ResolverTest : public ::testing::Test {
 protected:
  ~ResolverTest() override { server_.speak(); }

  Resolver& open(ResolverOptions options = {}) {
    options.look_up = [this](const std::string& host) { return server_.look_up(host); };
    return resolver_.emplace(std::move(options));
  }
  std::future<base::Result<Addresses>> ask(const std::string& host, std::chrono::milliseconds limit = 20s) {
    return boost::asio::co_spawn(runtime_.context(0), resolver_->resolve(host, limit),
                                 boost::asio::use_future);
  }
  std::string first(const std::string& host) {
    const auto found = ask(host).get();
    return found ? found->front().to_string() : found.error().message();
  }

  NameServer server_;
  std::optional<Resolver> resolver_;
  Runtime runtime_{1};  // ends first
};

TEST_F(ResolverTest, a_name_that_was_just_found_is_not_asked_for_again) {
  open();
  EXPECT_EQ(first("bot.example.com"), "192.0.2.1");
  EXPECT_EQ(first("bot.example.com"), "192.0.2.1");
  EXPECT_EQ(server_.asked, 1);
}

TEST_F(ResolverTest, an_address_that_has_changed_is_found_when_the_old_one_is_no_longer_fresh) {
  open({.fresh_for = 0ms});
  EXPECT_EQ(first("bot.example.com"), "192.0.2.1");
  server_.last_byte = 2;
  EXPECT_EQ(first("bot.example.com"), "192.0.2.2");
}

TEST_F(ResolverTest, many_who_ask_for_a_name_that_hangs_take_one_thread) {
  open({.threads = 2});
  server_.be_silent();
  std::vector<std::future<base::Result<Addresses>>> hanging;
  for (int i = 0; i < 100; ++i) hanging.push_back(ask("slow.example.com"));
  EXPECT_EQ(first("bot.example.com"), "192.0.2.1");
  server_.speak();
  for (auto& one : hanging) EXPECT_TRUE(one.get());
  EXPECT_EQ(server_.asked, 2);
}

TEST_F(ResolverTest, a_name_that_hangs_ends_with_the_time_of_who_asks) {
  open();
  server_.be_silent();
  EXPECT_EQ(ask("slow.example.com", 10ms).get().error().code, NetErrc::timed_out);
}

TEST_F(ResolverTest, an_old_address_serves_while_the_name_server_is_silent) {
  open({.fresh_for = 0ms, .patience = 1ms});
  EXPECT_EQ(first("slow.example.com"), "192.0.2.1");
  server_.be_silent();
  EXPECT_EQ(first("slow.example.com"), "192.0.2.1");
}

TEST_F(ResolverTest, a_name_that_is_gone_is_gone_at_once) {
  open();
  EXPECT_EQ(ask("all.gone").get().error().code, NetErrc::name_not_found);
  EXPECT_EQ(ask("all.gone").get().error().code, NetErrc::name_not_found);
  EXPECT_EQ(server_.asked, 2);
}

TEST_F(ResolverTest, more_names_at_once_than_allowed_are_refused_unless_they_are_remembered) {
  open({.threads = 1, .lookups_max = 2, .fresh_for = 0ms});
  EXPECT_EQ(first("bot.example.com"), "192.0.2.1");
  server_.be_silent();
  auto one = ask("slow1.example.com");
  auto two = ask("slow2.example.com");
  EXPECT_EQ(ask("slow3.example.com").get().error().code, NetErrc::overloaded);
  EXPECT_EQ(first("bot.example.com"), "192.0.2.1");
  server_.speak();
  EXPECT_TRUE(one.get());
  EXPECT_TRUE(two.get());
}

TEST_F(ResolverTest, the_oldest_names_are_forgotten) {
  open({.remembered_max = 2});
  for (const char* host : {"a.example.com", "b.example.com", "c.example.com"}) first(host);
  EXPECT_EQ(server_.asked, 3);
  first("c.example.com");
  EXPECT_EQ(server_.asked, 3);
  first("a.example.com");
  EXPECT_EQ(server_.asked, 4);
}

}  // namespace
}  // namespace tonearm::net
