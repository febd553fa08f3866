#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "notify/test_support.hpp"

// Notifications that were parked and are sent again on command.

namespace tonearm::notify {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string message_id_of(const PostRequest& request) {
  return request.headers[5].second;
}

/// A call whose first notification is parked and whose second was taken.
struct OneParked : Bench {
  OneParked() {
    publish(call, 1);
    publish(call, 2);
    answer(403);
    answer(202);
  }
  const call::CallId call = new_call();
};

TEST(Redelivery, goes_out_after_later_ones_with_its_own_message_id) {
  OneParked bench;
  bench.redeliver(bench.call, 1);
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1", "2", "1"));
  EXPECT_EQ(message_id_of(bench.webhook.seen[2]), message_id_of(bench.webhook.seen[0]));
  EXPECT_EQ(bench.sink->metrics().pending.size(), 1u);
  bench.answer(202);
  EXPECT_THAT(bench.listener.delivered, ElementsAre(2, 1));
  EXPECT_THAT(bench.outbox.rows, IsEmpty());
  EXPECT_EQ(bench.sink->metrics().pending.size(), 0u);
}

TEST(Redelivery, waits_for_the_one_that_is_on_its_way_and_goes_before_all_that_wait) {
  OneParked bench;
  for (std::uint64_t number = 3; number <= 5; ++number) bench.publish(bench.call, number);
  bench.redeliver(bench.call, 1);
  EXPECT_THAT(bench.webhook.open, SizeIs(1));
  for (int i = 0; i < 4; ++i) bench.answer(202);
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1", "2", "3", "1", "4", "5"));
  EXPECT_THAT(bench.webhook.open, IsEmpty());
}

TEST(Redelivery, several_go_out_in_the_order_of_their_numbers) {
  Bench bench;
  const auto call = new_call();
  for (std::uint64_t number = 1; number <= 4; ++number) bench.publish(call, number);
  for (const int status : {403, 202, 403, 403}) bench.answer(status);
  bench.publish(call, 5);
  for (const std::uint64_t number : {4, 1, 3}) bench.redeliver(call, number);
  for (int i = 0; i < 4; ++i) bench.answer(202);
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1", "2", "3", "4", "5", "1", "3", "4"));
}

TEST(Redelivery, waits_behind_one_that_is_being_tried_and_does_not_shorten_its_time) {
  OneParked bench;
  bench.publish(bench.call, 3);
  bench.break_connection();
  bench.redeliver(bench.call, 1);
  EXPECT_THAT(bench.webhook.open, IsEmpty());
  bench.loop.advance(200ms);
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1", "2", "3", "3"));
  bench.answer(202);
  bench.answer(202);
  EXPECT_THAT(bench.listener.delivered, ElementsAre(2, 3, 1));
}

TEST(Redelivery, overtakes_what_a_gate_holds_back_and_the_gate_still_holds) {
  OneParked bench;
  bench.publish(bench.call, 3, {call::RequestId(9)});
  bench.redeliver(bench.call, 1);
  bench.answer(202);
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1", "2", "1"));
  bench.open_gate(call::RequestId(9));
  bench.answer(202);
  EXPECT_THAT(bench.listener.delivered, ElementsAre(2, 1, 3));
}

TEST(Redelivery, is_parked_again_after_a_minute_whatever_its_age) {
  for (const bool ending : {false, true}) {
    Bench bench;
    auto row = bench.row(new_call(), 1);
    row.ending = row.call_end = ending;
    bench.publish(row);
    bench.answer(403);
    bench.loop.advance(30h);
    bench.webhook.script = [](const auto&) {
      return std::optional<base::Result<PostAnswer>>(PostAnswer{503, {}});
    };
    bench.redeliver(row.call, 1);
    bench.loop.advance(40s);
    EXPECT_THAT(bench.listener.parked, ElementsAre(1));
    bench.loop.advance(20s);
    EXPECT_THAT(bench.listener.parked, ElementsAre(1, 1));
    EXPECT_GT(bench.outbox.parked.begin()->second.because.attempts, 3u);
    EXPECT_EQ(bench.sink->metrics().pending.size(), 0u);
  }
}

TEST(Redelivery, of_old_news_is_no_sign_of_a_dead_bot) {
  OneParked bench;
  bench.loop.advance(10min);
  bench.redeliver(bench.call, 1);
  bench.loop.advance(5s);
  EXPECT_THAT(bench.listener.silent, IsEmpty());
  bench.break_connection();
  bench.webhook.script = [](const auto&) {
    return std::optional<base::Result<PostAnswer>>(base::fail(net::NetErrc::connect_failed));
  };
  bench.loop.advance(10min);
  EXPECT_THAT(bench.listener.silent, IsEmpty());
  bench.publish(bench.call, 3);
  bench.loop.advance(130s);
  EXPECT_THAT(bench.listener.silent, ElementsAre(bench.call));
}

TEST(Redelivery, does_not_count_as_a_latency) {
  OneParked bench;
  const auto before = bench.sink->metrics().delivery_latency.total();
  bench.loop.advance(10h);
  bench.redeliver(bench.call, 1);
  bench.answer(202);
  EXPECT_EQ(bench.sink->metrics().delivery_latency.total(), before);
}

TEST(Redelivery, survives_a_restart_without_looking_for_all_numbers_in_between) {
  OneParked bench;
  bench.publish(bench.call, 900);
  bench.redeliver(bench.call, 1);
  bench.outbox.loads = 0;
  bench.restart();
  bench.answer(202);
  bench.answer(202);
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1", "2", "900", "1", "900"));
  EXPECT_EQ(bench.outbox.loads, 2);
  EXPECT_EQ(bench.sink->metrics().pending.size(), 0u);
}

TEST(Redelivery, of_a_row_that_is_gone_meanwhile_holds_nothing_up) {
  OneParked bench;
  bench.publish(bench.call, 3);
  bench.redeliver(bench.call, 1);
  bench.publish(bench.call, 4);
  bench.outbox.rows.erase({bench.call, call::NotificationNumber(1)});
  bench.answer(202);
  bench.answer(202);
  EXPECT_THAT(bench.webhook.bodies(), ElementsAre("1", "2", "3", "4"));
  EXPECT_EQ(bench.sink->metrics().pending.size(), 0u);
}

}  // namespace
}  // namespace tonearm::notify
