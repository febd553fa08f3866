#include "media/fetch_queue.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "media/testing/fake_fetcher.hpp"

namespace tonearm::media {
namespace {

using namespace std::chrono_literals;

FetchRequest request_for(const std::string& url, std::chrono::milliseconds timeout = 10s) {
  FetchRequest request;
  request.url = url;
  request.timeout = timeout;
  return request;
}

class FetchQueueTest : public ::testing::Test {
 protected:
  /// A source that answers when it is told to.
  std::string slow(const std::string& url) {
    fetcher.hold(url);
    return url;
  }
  std::function<void()> fetch(const std::string& url, std::chrono::milliseconds timeout = 10s) {
    return queue.fetch(request_for(url, timeout), [this, url](PromptFetcher::Result file) {
      ended.push_back(url + (file ? "" : ": " + file.error()));
    });
  }
  [[nodiscard]] std::vector<std::string> asked() const {
    std::vector<std::string> urls;
    for (const FetchRequest& request : fetcher.requests()) urls.push_back(request.url);
    return urls;
  }

  testing::FakeFetcher fetcher;
  FetchQueue queue{fetcher, {.at_once = 3, .of_one_host = 2}};
  std::vector<std::string> ended;
};

using Urls = std::vector<std::string>;

TEST_F(FetchQueueTest, one_host_has_its_share_and_another_the_rest) {
  for (const char* url : {"http://a/1", "http://a/2", "http://a/3", "http://b/1", "http://b/2"})
    fetch(slow(url));
  EXPECT_EQ(asked(), (Urls{"http://a/1", "http://a/2", "http://b/1"}));
  fetcher.release("http://b/1");
  EXPECT_EQ(asked().back(), "http://b/2") << "a has two already";
  fetcher.release("http://a/2");
  EXPECT_EQ(asked().back(), "http://a/3");
  EXPECT_EQ(asked().size(), 5u);
}

TEST_F(FetchQueueTest, a_place_that_is_free_is_not_for_a_host_that_has_its_share) {
  for (const char* url : {"http://b/1", "http://b/2", "http://b/3"}) fetch(slow(url));
  fetch("http://a/1");  // answered at once
  EXPECT_EQ(asked(), (Urls{"http://b/1", "http://b/2", "http://a/1"}));
}

TEST_F(FetchQueueTest, hosts_that_wait_take_turns) {
  for (const char* url : {"http://a/1", "http://a/2", "http://b/1"}) fetch(slow(url));
  for (const char* url : {"http://c/1", "http://c/2", "http://d/1", "http://b/2"}) fetch(slow(url));
  fetcher.release("http://b/1");
  fetcher.release("http://a/1");
  fetcher.release("http://a/2");
  EXPECT_EQ(asked(),
            (Urls{"http://a/1", "http://a/2", "http://b/1", "http://c/1", "http://d/1", "http://b/2"}));
}

TEST_F(FetchQueueTest, in_the_order_of_asking_and_each_answered_once) {
  Urls urls;
  for (int i = 0; i < 20; ++i) urls.push_back("http://a/" + std::to_string(i));
  for (const std::string& url : urls) fetch(slow(url));
  for (const std::string& url : urls) fetcher.release(url);
  EXPECT_EQ(asked(), urls);
  EXPECT_EQ(ended.size(), 20u);
}

TEST_F(FetchQueueTest, who_waits_and_is_given_up_is_not_asked_for) {
  fetch(slow("http://a/1"));
  fetch(slow("http://a/2"));
  const auto give_up = fetch("http://a/3");
  give_up();
  give_up();
  fetcher.release("http://a/1");
  EXPECT_EQ(asked(), (Urls{"http://a/1", "http://a/2"}));
  EXPECT_EQ(fetcher.given_up(), 0);
  EXPECT_EQ(ended.size(), 1u);
}

TEST_F(FetchQueueTest, giving_up_what_runs_makes_room_even_if_it_never_says_a_word) {
  const auto give_up = fetch(slow("http://a/1"));
  fetch(slow("http://a/2"));
  fetch(slow("http://a/3"));
  give_up();
  give_up();
  EXPECT_EQ(fetcher.given_up(), 1);
  EXPECT_EQ(asked().back(), "http://a/3");
  fetcher.release("http://a/1");  // too late, and its place is not given away twice
  fetch(slow("http://a/4"));
  EXPECT_EQ(asked().size(), 3u);
}

TEST_F(FetchQueueTest,
       time_that_was_waited_is_taken_off_and_who_has_none_left_fails_without_being_asked_for) {
  fetch(slow("http://a/1"));
  fetch(slow("http://a/2"));
  fetch("http://a/hurried", 1ms);
  fetch("http://a/patient", 10s);
  std::this_thread::sleep_for(20ms);  // the time that is waited
  fetcher.release("http://a/1");
  EXPECT_EQ(ended,
            (Urls{"http://a/1: status 404", "http://a/hurried: timed out", "http://a/patient: status 404"}));
  EXPECT_EQ(asked().size(), 3u);
  EXPECT_LE(fetcher.requests().back().timeout, 10s - 20ms);
}

TEST_F(FetchQueueTest, the_origin_is_scheme_host_and_port) {
  for (const char* url : {"http://a?1", "http://a/2", "http://a#3", "http://a:81/", "https://a/"})
    fetch(slow(url));
  EXPECT_EQ(asked(), (Urls{"http://a?1", "http://a/2", "http://a:81/"}));
}

TEST_F(FetchQueueTest, threads_that_ask_at_once_are_all_answered_within_the_limits) {
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> askers;
    for (int i = 0; i < 4; ++i) {
      askers.emplace_back([&, i] {
        for (int j = 0; j < 200; ++j) {
          queue.fetch(request_for("http://h" + std::to_string(i)),
                      [&](const PromptFetcher::Result&) { ++answered; });
        }
      });
    }
  }
  EXPECT_EQ(answered, 800);
}

}  // namespace
}  // namespace tonearm::media
