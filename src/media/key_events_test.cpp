#include "media/key_events.hpp"

#include <array>
#include <bit>
#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/testing/event_line.hpp"
#include "media/testing/key_log.hpp"

namespace tonearm::media::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::TimePoint kStart{seconds(1000)};

class KeyEventsTest : public ::testing::Test {
 protected:
  /// Ticks every 20 ms up to `at`, as a media thread would.
  void pass_until(milliseconds at) {
    for (; tick_ <= at; tick_ += milliseconds(20)) events_.on_tick(kStart + tick_);
  }
  void receive(const SentEvent& packet) {
    pass_until(packet.at);
    events_.receive(packet.header, packet.event, kStart + packet.at);
  }
  void receive(const std::vector<SentEvent>& packets) {
    for (const SentEvent& packet : packets) receive(packet);
  }
  void receive(milliseconds at, std::uint32_t timestamp, Key key, bool end, std::uint16_t duration,
               std::uint32_t ssrc = 1) {
    receive({.at = at,
             .header = {.payload_type = 101, .timestamp = timestamp, .ssrc = ssrc},
             .event = {.key = key, .end = end, .duration = duration}});
  }

  KeyLog log_;
  KeyEvents events_{log_};
  milliseconds tick_{0};
};

TEST(TelephoneEvent, is_read_whatever_its_volume_reserved_bit_and_what_follows_it) {
  const std::vector<std::uint8_t> bytes{11, 0x80 | 0x40 | 63, 0x03, 0x20, 1, 2, 3, 4};
  const auto event = parse_telephone_event(bytes);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->key, Key::pound);
  EXPECT_TRUE(event->end);
  EXPECT_EQ(event->duration, 800);
  EXPECT_EQ(parse_telephone_event(std::array<std::uint8_t, 4>{16, 10, 0, 0})->key, Key::flash);
  EXPECT_FALSE(parse_telephone_event(std::array<std::uint8_t, 4>{17, 10, 0, 0}));
  EXPECT_FALSE(parse_telephone_event(std::array<std::uint8_t, 4>{255, 10, 0, 0}));
  EXPECT_FALSE(parse_telephone_event(std::span(bytes).first(3)));
  EXPECT_FALSE(parse_telephone_event({}));
}

TEST(TelephoneEvent, is_written_as_it_is_read) {
  for (std::uint8_t code = 0; code < kKeyCount; ++code) {
    const auto bytes = write_telephone_event({.key = Key(code), .end = code % 2 == 0, .duration = 1600});
    const auto event = parse_telephone_event(bytes);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->key, Key(code));
    EXPECT_EQ(event->end, code % 2 == 0);
    EXPECT_EQ(event->duration, 1600);
  }
}

TEST_F(KeyEventsTest, a_key_begins_with_its_first_packet_and_ends_with_its_first_end_packet) {
  receive(key_packets(Key::k5, milliseconds(40), 1000));
  EXPECT_EQ(log_.text, "+5 -5");
  EXPECT_EQ(log_.began[0], kStart + milliseconds(20));  // the first packet covers the 20 ms before it
  EXPECT_EQ(log_.ended[0], kStart + milliseconds(120));
  pass_until(seconds(1));
  EXPECT_EQ(log_.text, "+5 -5");
}

TEST_F(KeyEventsTest, any_subset_of_a_keys_packets_but_none_makes_the_key_once) {
  const auto packets = key_packets(Key::star, milliseconds(0), 1000);
  for (unsigned subset = 1; subset < 1U << packets.size(); ++subset) {
    KeyLog log;
    KeyEvents events(log);
    base::TimePoint last = kStart;
    for (std::size_t i = 0; i < packets.size(); ++i) {
      if ((subset >> i & 1U) == 0) continue;
      last = kStart + packets[i].at;
      events.on_tick(last);
      events.receive(packets[i].header, packets[i].event, last);
    }
    for (int i = 1; i <= 20; ++i) events.on_tick(last + milliseconds(20) * i);
    ASSERT_EQ(log.text, "+* -*") << subset;
    // With an end packet at once, else when nothing has come for a while.
    const bool end_came = subset >> (packets.size() - 3) != 0;
    ASSERT_EQ(log.ended[0] > last, !end_came) << subset;
  }
}

TEST_F(KeyEventsTest, any_order_of_a_keys_packets_makes_it_once) {
  std::vector<SentEvent> packets = key_packets(Key::k7, milliseconds(0), 1000);
  for (std::size_t i = 0; i < packets.size(); ++i) packets[i].header.sequence = static_cast<std::uint16_t>(i);
  std::array<std::size_t, 7> order{0, 1, 2, 3, 4, 5, 6};
  ASSERT_EQ(packets.size(), order.size());
  do {
    KeyLog log;
    KeyEvents events(log);
    for (const std::size_t i : order) events.receive(packets[i].header, packets[i].event, kStart);
    events.on_tick(kStart + milliseconds(200));
    ASSERT_EQ(log.text, "+7 -7");
  } while (std::ranges::next_permutation(order).found);
}

TEST_F(KeyEventsTest, a_key_without_updates_ends_after_150_ms_and_what_comes_then_is_no_second_one) {
  receive(milliseconds(0), 1000, Key::k1, false, 160);
  pass_until(milliseconds(149));
  EXPECT_EQ(log_.text, "+1");
  pass_until(milliseconds(160));
  EXPECT_EQ(log_.text, "+1 -1");
  receive(milliseconds(170), 1000, Key::k1, false, 1600);
  receive(milliseconds(190), 1000, Key::k1, true, 1760);
  pass_until(seconds(1));
  EXPECT_EQ(log_.text, "+1 -1");
}

TEST_F(KeyEventsTest, the_same_digit_twice_is_two_keys_even_if_the_end_of_the_first_was_lost) {
  receive(milliseconds(0), 1000, Key::k1, false, 160);
  receive(milliseconds(60), 1480, Key::k1, false, 160);
  EXPECT_EQ(log_.text, "+1 -1 +1");
  receive(milliseconds(80), 1000, Key::k1, true, 320);  // late
  receive(milliseconds(80), 1480, Key::k1, true, 320);
  EXPECT_EQ(log_.text, "+1 -1 +1 -1");
}

TEST_F(KeyEventsTest, a_key_all_of_whose_packets_but_a_late_one_were_lost_is_told_before_the_one_after_it) {
  receive(milliseconds(0), 2000, Key::k2, false, 160);
  receive(milliseconds(10), 1000, Key::k1, true, 800);
  EXPECT_EQ(log_.keys, "1");
  receive(milliseconds(20), 1000, Key::k1, true, 800);
  receive(milliseconds(20), 2000, Key::k2, true, 320);
  EXPECT_EQ(log_.keys, "12");
}

TEST_F(KeyEventsTest, a_key_that_outlasts_its_duration_field_stays_one_key) {
  // RFC 4733 §2.5.1.3: 20 s are three segments of 0xFFFF samples at most.
  std::uint32_t timestamp = 1000;
  std::uint32_t duration = 0;
  for (milliseconds at{0}; at < seconds(20); at += milliseconds(50)) {
    duration += 400;
    if (duration > 0xFFFF) {
      receive(at, timestamp, Key::k9, false, 0xFFFF);
      timestamp += 0xFFFF;
      duration -= 0xFFFF;
    }
    receive(at, timestamp, Key::k9, false, static_cast<std::uint16_t>(duration));
  }
  EXPECT_EQ(log_.text, "+9");
  receive(seconds(20), timestamp, Key::k9, true, static_cast<std::uint16_t>(duration));
  receive(seconds(20), 1000, Key::k9, false, 0xFFFF);  // late, of the first segment
  receive(seconds(20), 1000 + 0xFFFF, Key::k9, false, 0xFFFF);
  EXPECT_EQ(log_.text, "+9 -9");
}

TEST_F(KeyEventsTest, a_duration_that_wraps_or_stands_still_at_its_largest_changes_nothing) {
  for (std::uint32_t i = 1; i < 500; ++i)
    receive(milliseconds(20) * i, 1000, Key::k9, false, static_cast<std::uint16_t>(i * 160));
  for (std::uint32_t i = 500; i < 600; ++i) receive(milliseconds(20) * i, 1000, Key::k9, false, 0xFFFF);
  EXPECT_EQ(log_.text, "+9");
}

TEST_F(KeyEventsTest, a_long_key_that_was_given_up_between_two_segments_is_no_second_one) {
  receive(milliseconds(0), 1000, Key::k9, false, 65000);
  pass_until(milliseconds(200));
  EXPECT_EQ(log_.text, "+9 -9");
  receive(milliseconds(210), 1000 + 0xFFFF, Key::k9, false, 2000);
  receive(milliseconds(230), 1000 + 0xFFFF, Key::k9, true, 2160);
  EXPECT_EQ(log_.text, "+9 -9");
}

TEST_F(KeyEventsTest, a_short_key_whose_end_was_lost_is_not_continued_by_one_eight_seconds_later) {
  receive(milliseconds(0), 1000, Key::k9, false, 800);
  receive(milliseconds(8190), 1000 + 0xFFFF, Key::k9, true, 800);
  EXPECT_EQ(log_.keys, "99");
}

TEST_F(KeyEventsTest, the_same_time_under_another_ssrc_is_another_key) {
  receive(milliseconds(0), 1000, Key::k3, false, 160, 1);
  receive(milliseconds(20), 1000, Key::k3, false, 160, 2);
  EXPECT_EQ(log_.text, "+3 -3 +3");
  receive(milliseconds(40), 1000, Key::k3, true, 320, 1);
  receive(milliseconds(60), 1000, Key::k3, true, 320, 2);
  EXPECT_EQ(log_.text, "+3 -3 +3 -3");
}

TEST_F(KeyEventsTest, timestamps_that_wrap_are_in_order) {
  receive(key_packets(Key::k1, milliseconds(0), 0xFFFFFF00U));
  receive(key_packets(Key::k2, milliseconds(300), 0x00000860U));
  EXPECT_EQ(log_.keys, "12");
}

TEST_F(KeyEventsTest, a_stall_of_ours_ends_no_key) {
  receive(milliseconds(0), 1000, Key::k1, false, 160);
  // 400 ms later everything is read at once, then the tick comes.
  for (int i = 1; i < 20; ++i)
    events_.receive({.payload_type = 101, .timestamp = 1000, .ssrc = 1},
                    {.key = Key::k1, .end = false, .duration = static_cast<std::uint16_t>(160 * i)},
                    kStart + milliseconds(400));
  events_.on_tick(kStart + milliseconds(400));
  EXPECT_EQ(log_.text, "+1");
}

/// Ten thousand with TONEARM_FULL, as `./dev test --full` has it.
int bulk_of_keys() {
  return std::getenv("TONEARM_FULL") != nullptr ? 10'000 : 1'000;
}

TEST_F(KeyEventsTest, no_key_of_thousands_is_lost_or_counted_twice_on_a_bad_network) {
  std::vector<std::vector<SentEvent>> keys;
  std::string pressed;
  milliseconds at{0};
  std::mt19937 random(11);
  for (int i = 0; i < bulk_of_keys(); ++i) {
    const auto key = Key(random() % kKeyCount);
    const milliseconds length(40 + 20 * (random() % 8));
    pressed += character_of(key);
    keys.push_back(
        key_packets(key, at, static_cast<std::uint32_t>(0xFF000000U + at.count() * kSamplesPerMs), length));
    at += length + milliseconds(80 + random() % 100);
  }
  receive(
      impair(keys, {.seed = 12, .lost = 0.3, .lost_end = 0.3, .repeated = 0.3, .jitter = milliseconds(60)}));
  pass_until(at + seconds(1));
  EXPECT_EQ(log_.keys, pressed);
}

}  // namespace
}  // namespace tonearm::media::testing
