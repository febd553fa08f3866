#include "media/tick_schedule.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace tonearm::media {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr base::TimePoint kStart{std::chrono::hours(1)};

/// Streams are only names here.
Stream& stream(std::size_t index) {
  static std::array<char, 1000> names;
  return reinterpret_cast<Stream&>(names[index]);
}

TEST(TickSchedule, streams_are_spread_evenly_over_the_phases) {
  TickSchedule schedule(kStart);
  for (std::size_t i = 0; i < 200; ++i) schedule.join(stream(i), 20);
  for (TickSchedule::Tick phase = 0; phase < TickSchedule::kPhases; ++phase)
    EXPECT_EQ(schedule.phase_of(phase).size(), 10U);
  for (std::size_t i = 0; i < 200; ++i) schedule.leave(stream(i));
  EXPECT_TRUE(schedule.empty());
}

TEST(TickSchedule, a_place_that_becomes_free_is_taken_first) {
  TickSchedule schedule(kStart);
  for (std::size_t i = 0; i < 20; ++i) schedule.join(stream(i), 20);
  const auto freed = std::ranges::find(schedule.phase_of(7), schedule.phase_of(7).front());
  Stream& leaving = **freed;
  schedule.leave(leaving);
  schedule.join(stream(100), 20);
  EXPECT_EQ(schedule.phase_of(7).front(), &stream(100));
}

TEST(TickSchedule, a_ten_millisecond_stream_stands_in_two_phases) {
  TickSchedule schedule(kStart);
  schedule.join(stream(0), 10);
  EXPECT_EQ(schedule.phase_of(0).size(), 1U);
  EXPECT_EQ(schedule.phase_of(10).size(), 1U);
  schedule.leave(stream(0));
  EXPECT_TRUE(schedule.phase_of(10).empty());
}

TEST(TickSchedule, each_tick_is_due_once) {
  TickSchedule schedule(kStart);
  EXPECT_GT(schedule.take_due(kStart + microseconds(999)).first, schedule.take_due(kStart).last);
  auto due = schedule.take_due(kStart + milliseconds(1));
  EXPECT_EQ(due.first, 1U);
  EXPECT_EQ(due.last, 1U);
  due = schedule.take_due(kStart + microseconds(1500));
  EXPECT_GT(due.first, due.last);
}

TEST(TickSchedule, up_to_twenty_late_ticks_are_worked_off_more_are_skipped) {
  TickSchedule schedule(kStart);
  auto due = schedule.take_due(kStart + milliseconds(20));
  EXPECT_EQ(due.last - due.first + 1, 20U);
  EXPECT_EQ(due.skipped, 0U);
  due = schedule.take_due(kStart + milliseconds(41));
  EXPECT_EQ(due.first, 41U);
  EXPECT_EQ(due.last, 41U);
  EXPECT_EQ(due.skipped, 20U);
}

TEST(TickSchedule, idle_time_is_no_stall) {
  TickSchedule schedule(kStart);
  schedule.resume(kStart + std::chrono::hours(1));
  const auto due = schedule.take_due(kStart + std::chrono::hours(1) + milliseconds(1));
  EXPECT_EQ(due.skipped, 0U);
  EXPECT_EQ(due.first, due.last);
}

}  // namespace
}  // namespace tonearm::media
