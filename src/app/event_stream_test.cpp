#include "app/event_stream.hpp"

#include <filesystem>
#include <future>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "net/runtime.hpp"

namespace tonearm::app {
namespace {

using namespace std::chrono_literals;

class EventStreamTest : public ::testing::Test {
 protected:
  EventStreamTest() {
    std::string name = (std::filesystem::temp_directory_path() / "tonearm-stream-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    storage::EventLogOptions options;
    options.data_dir = folder_;
    log_ = storage::EventLog::open(options).value();
  }
  ~EventStreamTest() override {
    runtime_.stop();
    log_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::shared_ptr<EventStream> open(std::uint64_t after = 0, std::chrono::milliseconds sign_of_life = 1h) {
    return EventStream::open(runtime_.next().get_executor(), *log_, {call_, after, 2}, sign_of_life);
  }
  void happen() { log_->post(call_, {base::WallClock::now(), "leg.ring", "{}"}); }
  static std::future<std::string> ask(EventStream& stream) {
    auto promise = std::make_shared<std::promise<std::string>>();
    stream.read([promise](std::string bytes) { promise->set_value(std::move(bytes)); });
    return promise->get_future();
  }
  /// Numbers of the events in it.
  static std::vector<int> numbers(const std::string& bytes) {
    std::vector<int> found;
    for (auto at = bytes.find("id: "); at != std::string::npos; at = bytes.find("id: ", at + 1))
      found.push_back(std::stoi(bytes.substr(at + 4)));
    return found;
  }

  net::Runtime runtime_{1};
  std::filesystem::path folder_;
  std::unique_ptr<storage::EventLog> log_;
  const call::CallId call_{base::Guid::random()};
};

TEST_F(EventStreamTest, gives_what_is_there_page_by_page_then_what_comes) {
  for (int count = 0; count < 3; ++count) happen();
  const auto stream = open();
  EXPECT_EQ(numbers(ask(*stream).get()), (std::vector{1, 2}));
  EXPECT_EQ(numbers(ask(*stream).get()), (std::vector{3}));
  auto next = ask(*stream);
  EXPECT_EQ(next.wait_for(50ms), std::future_status::timeout);
  happen();
  EXPECT_EQ(numbers(next.get()), (std::vector{4}));
}

TEST_F(EventStreamTest, goes_on_where_the_client_left_it) {
  for (int count = 0; count < 3; ++count) happen();
  EXPECT_EQ(numbers(ask(*open(2)).get()), (std::vector{3}));
}

TEST_F(EventStreamTest, says_that_it_lives_when_nothing_happens) {
  happen();
  const auto stream = open(1, 1ms);
  EXPECT_EQ(ask(*stream).get(), ": still here\n\n");
  happen();
  std::string bytes;
  while (numbers(bytes).empty()) bytes = ask(*stream).get();
  EXPECT_EQ(numbers(bytes), (std::vector{2}));
}

TEST_F(EventStreamTest, misses_nothing_that_happens_while_it_reads) {
  constexpr int kEvents = 500;
  const auto stream = open();
  std::thread source([this] {
    for (int count = 0; count < kEvents; ++count) happen();
  });
  int last = 0;
  while (last < kEvents) {
    for (const int number : numbers(ask(*stream).get())) EXPECT_EQ(number, ++last);
  }
  source.join();
}

/// A connection waits for a stream that it owns itself.
TEST_F(EventStreamTest, who_waits_goes_with_the_loops) {
  std::weak_ptr<EventStream> left;
  {
    net::Runtime runtime(1);
    auto stream = EventStream::open(runtime.next().get_executor(), *log_, {call_, 0, 2});
    left = stream;
    stream->read([owner = stream](const std::string&) { FAIL() << "nothing has happened"; });
    stream.reset();
    std::promise<void> armed;
    net::asio::post(runtime.context(0), [&] { armed.set_value(); });
    armed.get_future().wait();
    EXPECT_FALSE(left.expired());
    runtime.stop();
  }
  EXPECT_TRUE(left.expired());
}

}  // namespace
}  // namespace tonearm::app
