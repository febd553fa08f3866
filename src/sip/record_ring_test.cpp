#include "sip/record_ring.hpp"

#include <algorithm>
#include <deque>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

std::string text_at(const RecordRing& ring, RecordRing::Place place) {
  const auto bytes = ring.at(place);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

RecordRing::Place push(RecordRing& ring, const std::string& text) {
  const auto place = ring.push(text.size());
  std::ranges::copy(std::as_bytes(std::span(text)), ring.at(place).begin());
  return place;
}

TEST(RecordRing, keeps_what_fits_and_gives_up_the_oldest_first) {
  RecordRing ring(48);
  EXPECT_TRUE(ring.empty());
  push(ring, "first");
  push(ring, "second");
  push(ring, "8 bytes.");
  EXPECT_FALSE(ring.has_room(0));
  EXPECT_EQ(text_at(ring, ring.oldest()), "first");
  ring.pop();
  EXPECT_TRUE(ring.has_room(8));
  EXPECT_FALSE(ring.has_room(9));
  push(ring, "fourth");
  for (const char* text : {"second", "8 bytes.", "fourth"}) {
    EXPECT_EQ(text_at(ring, ring.oldest()), text);
    ring.pop();
  }
  EXPECT_TRUE(ring.empty());
}

TEST(RecordRing, a_record_lies_in_one_piece_and_one_that_is_too_large_fits_never) {
  RecordRing ring(64);
  EXPECT_TRUE(ring.can_hold(56));
  EXPECT_FALSE(ring.can_hold(57));
  push(ring, std::string(16, 'a'));
  push(ring, std::string(16, 'b'));
  ring.pop();
  EXPECT_FALSE(ring.has_room(24)) << "24 bytes are free before the first and 16 behind the last";
  ring.pop();
  EXPECT_TRUE(ring.has_room(56)) << "an empty ring has room for all that it can hold";
}

/// Records of all lengths against a queue of texts.
TEST(RecordRing, any_sequence_gives_back_what_was_put_in) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    RecordRing ring(8 + random() % 400);
    std::deque<std::pair<RecordRing::Place, std::string>> model;
    for (int step = 0; step < 300; ++step) {
      const std::string text(random() % 80, static_cast<char>('a' + step % 26));
      if (!ring.can_hold(text.size())) continue;
      while (!ring.has_room(text.size())) {
        ASSERT_FALSE(model.empty());
        ASSERT_EQ(ring.oldest(), model.front().first);
        ring.pop();
        model.pop_front();
      }
      model.emplace_back(push(ring, text), text);
      for (const auto& [place, kept] : model) ASSERT_EQ(text_at(ring, place), kept);
    }
    ASSERT_FALSE(model.empty() && !ring.empty());
  }
}

}  // namespace
}  // namespace tonearm::sip
