#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "notify/test_support.hpp"

// Some calls of a destination hang while it answers others; a whole destination is dead for minutes.

namespace tonearm::notify {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Result = base::Result<PostAnswer>;

const Result kTimedOut = base::fail(net::NetErrc::timed_out);
const Result kTaken = PostAnswer{202, {}};

/// Calls whose notifications say who they are: "call:number".
struct ManyCalls : Bench {
  void tell(const std::string& name, std::uint64_t number) {
    const auto id = ids.try_emplace(name, new_call()).first->second;
    auto row = this->row(id, number);
    row.body = name + ":" + std::to_string(number);
    publish(std::move(row));
  }
  void finish(const std::string& body, const Result& result) {
    webhook.finish(body, result);
    loop.run();
  }
  [[nodiscard]] std::size_t open_of(const std::string& prefix) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        webhook.open, [&](const auto& one) { return one.request.body.starts_with(prefix); }));
  }

  std::map<std::string, call::CallId> ids;
};

/// Twelve calls that hang beside one that is answered.
struct TwelveHang : ManyCalls {
  TwelveHang() {
    tell("well", 1);
    for (int i = 0; i < 12; ++i) tell("hung" + std::to_string(i), 1);
    loop.advance(1s);
    finish("well:1", kTaken);
    loop.advance(9s);
    for (int i = 0; i < 12; ++i) finish("hung" + std::to_string(i) + ":1", kTimedOut);
  }
};

TEST(Hanging, calls_that_time_out_together_do_not_close_a_destination_that_answers_others) {
  TwelveHang bench;
  bench.tell("well", 2);
  EXPECT_EQ(bench.open_of("well"), 1u);
  bench.finish("well:2", kTaken);
  EXPECT_THAT(bench.listener.delivered, ElementsAre(1, 2));
}

TEST(Hanging, calls_that_are_known_to_hang_get_half_of_the_room) {
  TwelveHang bench;
  bench.loop.advance(1s);
  EXPECT_EQ(bench.open_of("hung"), 8u);
  for (int i = 0; i < 10; ++i) bench.tell("new" + std::to_string(i), 1);
  EXPECT_EQ(bench.open_of("new"), 4u);
  bench.tell("well", 2);
  EXPECT_EQ(bench.open_of("well"), 1u);
}

TEST(Hanging, a_call_that_is_answered_again_is_like_the_others) {
  TwelveHang bench;
  bench.loop.advance(1s);
  for (int i = 0; i < 12; ++i) bench.finish("hung" + std::to_string(i) + ":1", kTaken);
  for (int i = 0; i < 12; ++i) bench.tell("hung" + std::to_string(i), 2);
  EXPECT_EQ(bench.open_of("hung"), 12u);
}

TEST(Hanging, everybody_who_waits_gets_a_turn) {
  TwelveHang bench;
  for (int i = 0; i < 30; ++i) bench.tell("new" + std::to_string(i), 1);
  bench.webhook.script = [](const PostRequest& request) {
    return request.body.starts_with("hung") ? kTimedOut : std::optional(kTaken);
  };
  while (!bench.webhook.open.empty()) {
    const std::string body = bench.webhook.open.front().request.body;
    bench.finish(body, body.starts_with("hung") ? kTimedOut : kTaken);
  }
  bench.loop.advance(70s);
  EXPECT_THAT(bench.listener.delivered, SizeIs(31));
  EXPECT_THAT(bench.listener.parked, SizeIs(12));
}

TEST(Hanging, who_waits_for_room_lets_go_of_its_body) {
  ManyCalls bench;
  for (int i = 0; i < 20; ++i) bench.tell("call" + std::to_string(i), 1);
  EXPECT_EQ(bench.outbox.loads, 0);
  for (int i = 0; i < 16; ++i) bench.finish("call" + std::to_string(i) + ":1", kTaken);
  EXPECT_EQ(bench.outbox.loads, 4);
  EXPECT_EQ(bench.open_of("call"), 4u);
}

/// 3 000 calls of one application whose webhook is dead, and some of another that is well. Every second
/// thing that they tell is an ending, which is tried for a day.
struct DeadWebhook : Bench {
  static constexpr std::size_t kDead = 3000;
  static constexpr std::size_t kWell = 30;

  DeadWebhook() : Bench(patient()) {
    for (std::size_t i = 0; i < kDead + kWell; ++i) calls.push_back(new_call());
    webhook.script = [this](const PostRequest& request) { return answer_to(request); };
  }

  /// No call is ended: all of them wait.
  static DeliveryOptions patient() {
    DeliveryOptions options;
    options.dead_bot_after = 24h;
    return options;
  }

  std::optional<Result> answer_to(const PostRequest& request) {
    const bool of_the_dead = request.url.starts_with("https://dead.example.com/");
    ++(of_the_dead ? attempts : attempts_of_the_well);
    if (of_the_dead && dead) return base::fail(net::NetErrc::connect_failed);
    auto& last = told[request.url];
    const auto number = std::stoull(request.body);
    EXPECT_GT(number, last) << request.url;  // in order, nothing twice
    last = number;
    taken += of_the_dead ? 1 : 0;
    webhook.seen.clear();
    return kTaken;
  }

  void tell_all(std::uint64_t number) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      auto next = row(calls[i], number);
      next.ending = number % 2 == 0;
      next.url = (i < kDead ? "https://dead.example.com/" : "https://well.example.com/") + std::to_string(i);
      publish(std::move(next));
    }
    webhook.seen.clear();
  }

  std::vector<call::CallId> calls;
  std::map<std::string, std::uint64_t> told;  // by URL, the last number
  bool dead = true;
  std::size_t attempts = 0;
  std::size_t attempts_of_the_well = 0;
  std::size_t taken = 0;
};

TEST(DeadWebhookOnMovedClock, three_thousand_calls_wait_ten_minutes_bother_nobody_and_go_on_in_order) {
  DeadWebhook bench;
  std::uint64_t number = 0;
  for (const auto minutes : {1min, 4min, 4min, 1min}) {
    bench.tell_all(++number);
    EXPECT_EQ(bench.attempts_of_the_well, number * DeadWebhook::kWell);  // at once, all of them
    bench.loop.advance(minutes);
  }
  EXPECT_EQ(bench.taken, 0u);
  EXPECT_LT(bench.attempts, 200u);  // a probe every ten seconds, not every call's knock
  EXPECT_EQ(bench.sink->metrics().parked_total, DeadWebhook::kDead);  // the first of each, after a minute
  EXPECT_EQ(bench.sink->metrics().pending.size(), 3 * DeadWebhook::kDead);
  EXPECT_THAT(bench.outbox.rows, SizeIs(3 * DeadWebhook::kDead));

  bench.dead = false;
  bench.loop.advance(15s);
  EXPECT_EQ(bench.taken, 3 * DeadWebhook::kDead);
  EXPECT_EQ(bench.sink->metrics().pending.size(), 0u);
  EXPECT_THAT(bench.outbox.rows, IsEmpty());
}

}  // namespace
}  // namespace tonearm::notify
