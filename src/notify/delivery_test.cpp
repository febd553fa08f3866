#include "notify/delivery.hpp"

#include <atomic>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "notify/test_support.hpp"

namespace tonearm::notify {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const base::Result<PostAnswer> kBroken = base::fail(net::NetErrc::connect_failed);

TEST(Delivery, a_call_has_one_notification_in_flight_and_keeps_their_order) {
  Bench bench;
  const auto call = new_call();
  for (std::uint64_t number = 1; number <= 3; ++number) bench.publish(call, number);
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1"));
  bench.answer(202);
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1", "2"));
  bench.answer(200);
  bench.answer(204);
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1", "2", "3"));
  EXPECT_THAT(bench.listener.delivered, ElementsAre(1, 2, 3));
  EXPECT_THAT(bench.outbox.rows, IsEmpty());
  EXPECT_EQ(bench.sink->metrics().pending.size(), 0u);
  EXPECT_EQ(bench.sink->metrics().delivered_total, 3u);
  EXPECT_EQ(bench.sink->metrics().delivery_latency.total(), 3u);
}

TEST(Delivery, a_lone_notification_is_sent_without_asking_the_store_for_it) {
  Bench bench;
  const auto call = new_call();
  bench.publish(call, 1);
  bench.answer(202);
  bench.publish(call, 2);
  bench.answer(202);
  EXPECT_EQ(bench.outbox.loads, 0);
}

TEST(Delivery, a_gate_holds_back_its_notification_and_all_behind_it) {
  Bench bench;
  const auto call = new_call();
  const call::RequestId cancel(7);
  bench.publish(call, 1);
  bench.publish(call, 2, {cancel});
  bench.publish(call, 3, {cancel});
  bench.publish(call, 4);
  bench.answer(202);
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1"));
  bench.open_gate(cancel);
  for (int i = 0; i < 3; ++i) bench.answer(202);
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1", "2", "3", "4"));
}

TEST(Delivery, a_notification_behind_two_responses_waits_for_both) {
  Bench bench;
  const auto call = new_call();
  bench.publish(call, 1, {call::RequestId(1), call::RequestId(2)});
  bench.open_gate(call::RequestId(2));
  EXPECT_THAT(bench.webhook.seen, IsEmpty());
  bench.open_gate(call::RequestId(3));  // nobody's
  EXPECT_THAT(bench.webhook.seen, IsEmpty());
  bench.open_gate(call::RequestId(1));
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1"));
}

TEST(Delivery, a_failed_attempt_is_repeated_with_growing_pauses_and_the_same_message_id) {
  Bench bench;
  const auto call = new_call();
  bench.publish(call, 1);
  const auto message_id = bench.webhook.seen[0].headers[5];
  EXPECT_EQ(message_id.first, "X-Microsoft-Skype-Message-ID");
  std::size_t attempts = 1;
  for (const auto pause : {200ms, 400ms, 800ms, 1600ms, 3200ms, 6400ms, 10'000ms, 10'000ms}) {
    bench.break_connection();
    bench.loop.advance(pause - 1ms);
    ASSERT_EQ(bench.webhook.seen.size(), attempts) << pause.count();
    bench.loop.advance(1ms);
    ASSERT_EQ(bench.webhook.seen.size(), ++attempts) << pause.count();
    EXPECT_EQ(bench.webhook.seen.back().headers[5], message_id);
    EXPECT_EQ(bench.webhook.seen.back().body, "1");
  }
  bench.answer(202);
  EXPECT_THAT(bench.listener.delivered, ElementsAre(1));
  EXPECT_EQ(bench.sink->metrics().failed_attempts_total, 8u);
  ASSERT_EQ(bench.listener.failed_attempts.size(), 8u);
  EXPECT_EQ(bench.listener.failed_attempts.back().first, 1u);
  EXPECT_EQ(bench.listener.failed_attempts.back().second.attempts, 8u);
}

TEST(Delivery, a_retry_after_longer_than_the_pause_is_obeyed) {
  Bench bench;
  bench.publish(new_call(), 1);
  bench.answer(429, "5");
  bench.loop.advance(4999ms);
  EXPECT_THAT(bench.webhook.seen, SizeIs(1));
  bench.loop.advance(1ms);
  EXPECT_THAT(bench.webhook.seen, SizeIs(2));
}

TEST(Delivery, a_refusal_is_final_and_the_next_goes_out) {
  Bench bench;
  const auto call = new_call();
  bench.publish(call, 1);
  bench.publish(call, 2);
  bench.answer(403);
  EXPECT_THAT(bench.listener.parked, ElementsAre(1));
  EXPECT_EQ(bench.outbox.parked.begin()->second.because.why, "answered 403");
  EXPECT_EQ(bench.outbox.parked.begin()->second.because.attempts, 1u);
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1", "2"));
  bench.answer(202);
  EXPECT_THAT(bench.listener.delivered, ElementsAre(2));
  EXPECT_EQ(bench.sink->metrics().parked_total, 1u);
}

TEST(Delivery, an_address_that_is_no_url_parks_its_notification) {
  Bench bench;
  auto row = bench.row(new_call(), 1);
  row.url = "not a url";
  bench.publish(std::move(row));
  EXPECT_THAT(bench.listener.parked, ElementsAre(1));
  EXPECT_THAT(bench.webhook.seen, IsEmpty());
}

TEST(Delivery, while_the_call_lives_a_notification_is_tried_for_a_minute_then_the_next_has_its_own) {
  Bench bench;
  bench.webhook.script = [](const auto&) { return std::optional(kBroken); };
  const auto call = new_call();
  bench.publish(call, 1);
  bench.publish(call, 2);
  bench.loop.advance(49s);
  EXPECT_THAT(bench.listener.parked, IsEmpty());
  bench.loop.advance(11s);
  EXPECT_THAT(bench.listener.parked, ElementsAre(1));
  bench.webhook.script = [](const auto&) {
    return std::optional<base::Result<PostAnswer>>(PostAnswer{202, {}});
  };
  bench.loop.advance(10s);
  EXPECT_THAT(bench.listener.delivered, ElementsAre(2));
}

TEST(Delivery, an_ending_is_tried_for_its_longer_time) {
  DeliveryOptions options;
  options.retry.ending = 1h;
  Bench bench(options);
  bench.webhook.script = [](const auto&) { return std::optional(kBroken); };
  auto row = bench.row(new_call(), 1);
  row.ending = row.call_end = true;
  bench.publish(std::move(row));
  bench.loop.advance(59min);
  EXPECT_THAT(bench.listener.parked, IsEmpty());
  EXPECT_GT(bench.webhook.seen.size(), 300u);  // every 10 s
  bench.loop.advance(2min);
  EXPECT_THAT(bench.listener.parked, ElementsAre(1));
  EXPECT_EQ(bench.sink->metrics().pending.size(), 0u);
}

TEST(Delivery, when_the_call_is_over_its_old_news_does_not_hold_up_the_endings) {
  Bench bench;
  bench.webhook.script = [](const auto&) { return std::optional(kBroken); };
  const auto call = new_call();
  for (std::uint64_t number = 1; number <= 9; ++number) bench.publish(call, number);
  auto last = bench.row(call, 10);
  last.ending = last.call_end = true;
  bench.publish(std::move(last));
  bench.loop.advance(70s);
  EXPECT_THAT(bench.listener.parked, SizeIs(9));
  bench.webhook.script = nullptr;
  bench.loop.advance(10s);
  bench.answer(202);
  EXPECT_THAT(bench.listener.delivered, ElementsAre(10));
}

TEST(Delivery, a_slow_webhook_delays_its_own_call_only) {
  Bench bench;
  const auto slow = new_call();
  const auto quick = new_call();
  bench.publish(slow, 1);
  bench.publish(quick, 1);
  bench.publish(quick, 2);
  const auto held = std::move(bench.webhook.open.front());
  bench.webhook.open.pop_front();
  bench.answer(202);
  bench.answer(202);
  EXPECT_THAT(bench.listener.delivered, ElementsAre(1, 2));
  held.handler(PostAnswer{202, {}});
  bench.loop.run();
  EXPECT_THAT(bench.listener.delivered, ElementsAre(1, 2, 1));
}

TEST(Delivery, at_most_sixteen_are_in_flight_to_one_destination) {
  Bench bench;
  for (int i = 0; i < 20; ++i) bench.publish(new_call(), 1);
  EXPECT_THAT(bench.webhook.open, SizeIs(16));
  auto elsewhere = bench.row(new_call(), 1);
  elsewhere.url = "https://bot.example.com:8443/calls";
  bench.publish(elsewhere);
  EXPECT_THAT(bench.webhook.open, SizeIs(17));
  auto other_application = bench.row(new_call(), 1);
  other_application.application = call::ApplicationId(base::Guid::random());
  bench.publish(other_application);
  EXPECT_THAT(bench.webhook.open, SizeIs(18));
  for (int i = 0; i < 4; ++i) bench.answer(202);
  EXPECT_THAT(bench.webhook.seen, SizeIs(22));
}

TEST(Delivery, five_failures_in_a_row_leave_one_probe_at_a_time) {
  Bench bench;
  for (int i = 0; i < 50; ++i) bench.publish(new_call(), 1);
  while (!bench.webhook.open.empty()) bench.break_connection();
  EXPECT_THAT(bench.webhook.seen, SizeIs(20));  // the first four made room for others
  for (int probe = 0; probe < 5; ++probe) {
    bench.loop.advance(10s);
    ASSERT_THAT(bench.webhook.open, SizeIs(1)) << probe;
    bench.break_connection();
    EXPECT_THAT(bench.webhook.open, IsEmpty());
  }
}

TEST(Delivery, a_destination_that_recovers_gets_more_step_by_step) {
  Bench bench;
  for (int i = 0; i < 50; ++i) bench.publish(new_call(), 1);
  while (!bench.webhook.open.empty()) bench.break_connection();
  bench.loop.advance(10s);
  for (std::size_t room = 1; room < 6; ++room) {
    ASSERT_THAT(bench.webhook.open, SizeIs(room));
    bench.answer(202);
  }
  while (!bench.webhook.open.empty()) {
    EXPECT_LE(bench.webhook.open.size(), 16u);
    bench.answer(202);
    if (bench.webhook.open.empty()) bench.loop.advance(10s);
  }
  EXPECT_THAT(bench.listener.delivered, SizeIs(50));
}

TEST(Delivery, who_never_gets_a_turn_at_a_dead_destination_is_parked_in_time) {
  Bench bench;
  bench.webhook.script = [](const auto&) { return std::optional(kBroken); };
  for (int i = 0; i < 200; ++i) bench.publish(new_call(), 1);
  bench.loop.advance(75s);
  EXPECT_THAT(bench.listener.parked, SizeIs(200));
  EXPECT_LT(bench.webhook.seen.size(), 40u);  // not each of them knocked
}

TEST(Delivery, a_bot_that_takes_nothing_is_reported_once_per_call) {
  Bench bench;
  bench.webhook.script = [](const auto&) { return std::optional(kBroken); };
  const auto call = new_call();
  bench.publish(call, 1);  // parked after a minute, still a sign of a dead bot
  bench.loop.advance(119s);
  EXPECT_THAT(bench.listener.silent, IsEmpty());
  bench.loop.advance(2s);
  EXPECT_THAT(bench.listener.silent, ElementsAre(call));
  bench.publish(call, 2);
  bench.loop.advance(10min);
  EXPECT_THAT(bench.listener.silent, SizeIs(1));
}

TEST(Delivery, a_bot_that_took_something_since_is_not_reported) {
  Bench bench;
  const auto call = new_call();
  bench.publish(call, 1);
  bench.answer(403);
  bench.loop.advance(100s);
  bench.publish(call, 2);
  bench.answer(202);
  bench.loop.advance(10min);
  EXPECT_THAT(bench.listener.silent, IsEmpty());
}

TEST(Delivery, a_call_that_is_over_has_no_bot_to_report) {
  Bench bench;
  bench.webhook.script = [](const auto&) { return std::optional(kBroken); };
  auto row = bench.row(new_call(), 1);
  row.ending = row.call_end = true;
  bench.publish(std::move(row));
  bench.loop.advance(10min);
  EXPECT_THAT(bench.listener.silent, IsEmpty());
}

TEST(Delivery, a_restart_goes_on_in_order_with_the_same_message_ids_and_open_gates) {
  Bench bench;
  const auto call = new_call();
  for (std::uint64_t number = 1; number <= 4; ++number)
    bench.publish(call, number, {call::RequestId(number)});
  bench.open_gate(call::RequestId(1));
  const auto first = bench.webhook.seen.at(0).headers;
  bench.outbox.mark_parked(call, call::NotificationNumber(3), {"redelivered by hand", 1});
  bench.restart();
  EXPECT_EQ(bench.webhook.seen.at(1).headers, first);
  bench.publish(call, 5);
  for (int i = 0; i < 4; ++i) bench.answer(202);
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1", "1", "2", "4", "5"));
  EXPECT_EQ(bench.sink->metrics().pending.size(), 0u);
  EXPECT_THAT(bench.webhook.open, IsEmpty());
}

TEST(Delivery, an_answer_that_comes_after_the_stop_changes_nothing) {
  Bench bench;
  bench.publish(new_call(), 1);
  bench.sink->stop();
  bench.answer(202);
  EXPECT_THAT(bench.listener.delivered, IsEmpty());
  EXPECT_THAT(bench.outbox.rows, SizeIs(1));
  EXPECT_FALSE(bench.sink->wait_until_drained(0ms, std::atomic<bool>(false)));
}

TEST(Delivery, who_waits_for_the_last_one_can_be_told_that_it_is_enough) {
  Bench bench;
  bench.publish(new_call(), 1);
  std::atomic<bool> enough = false;
  auto waiter = std::async(std::launch::async,
                           [&] { return bench.sink->wait_until_drained(std::chrono::hours(1), enough); });
  enough = true;
  bench.sink->wake();
  EXPECT_FALSE(waiter.get());
}

TEST(Delivery, carries_the_headers_that_bots_know) {
  Bench bench;
  const auto row = bench.row(new_call(), 1);
  bench.publish(row);
  const auto& request = bench.webhook.seen.at(0);
  EXPECT_EQ(request.url, row.url);
  EXPECT_EQ(request.timeout, 10s);
  EXPECT_EQ(request.redirects_max, 5u);
  EXPECT_THAT(
      request.headers,
      ::testing::UnorderedElementsAre(
          ::testing::Pair("Authorization", "Bearer token"), ::testing::Pair("Accept", "application/json"),
          ::testing::Pair("Content-Type", "application/json; charset=utf-8"),
          ::testing::Pair("X-Microsoft-Skype-Chain-ID", "chain"), ::testing::Pair("Scenario-Id", "chain"),
          ::testing::Pair("X-Microsoft-Skype-Message-ID", row.message_id.to_string()),
          ::testing::Pair("Client-Request-Id", row.message_id.to_string())));
}

}  // namespace
}  // namespace tonearm::notify
