#include "media/relay_numbers.hpp"

#include <gtest/gtest.h>

namespace tonearm::media {
namespace {

using Place = RelayNumbers::Place;

/// The far side of a relay: packets of a stranger's stream, placed in ours.
class RelayNumbersTest : public ::testing::Test {
 protected:
  std::optional<Place> relay(std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t ssrc = 7) {
    const RtpHeader header{
        .payload_type = 0, .marker = false, .sequence = sequence, .timestamp = timestamp, .ssrc = ssrc};
    const auto place = numbers_.place(header, next_, time_);
    if (place && static_cast<std::int16_t>(place->sequence - next_) >= 0) {
      next_ = static_cast<std::uint16_t>(place->sequence + 1);
      time_ = place->timestamp + 160;
    }
    if (place) numbers_.sent(next_);
    return place;
  }
  void send_own_frame() {
    ++next_;
    time_ += 160;
  }

  RelayNumbers numbers_;
  std::uint16_t next_ = 1000;
  std::uint32_t time_ = 50'000;
};

TEST_F(RelayNumbersTest, the_first_packet_goes_where_ours_would_have_gone) {
  EXPECT_EQ(relay(60'000, 9'000'000), (Place{1000, 50'000, true}));
  EXPECT_EQ(relay(60'001, 9'000'160), (Place{1001, 50'160, false}));
}

TEST_F(RelayNumbersTest, what_was_lost_stays_lost_and_what_was_overtaken_keeps_its_place) {
  relay(10, 1600);
  EXPECT_EQ(relay(13, 2080), (Place{1003, 50'480, false}));
  EXPECT_EQ(relay(12, 1920), (Place{1002, 50'320, false}));
  EXPECT_EQ(relay(14, 2240), (Place{1004, 50'640, false}));
}

TEST_F(RelayNumbersTest, numbers_pass_their_ends) {
  next_ = 65'535;
  time_ = 4'294'967'200U;
  relay(65'535, 4'294'967'290U);
  EXPECT_EQ(relay(0, 154), (Place{0, 64, false}));
}

TEST_F(RelayNumbersTest, behind_a_frame_of_our_own_it_begins_anew) {
  relay(10, 1600);
  send_own_frame();
  EXPECT_EQ(relay(11, 1760), (Place{1002, 50'320, true}));
  EXPECT_FALSE(relay(10, 1600)) << "its place is before that frame";
}

TEST_F(RelayNumbersTest, a_new_stream_goes_on_where_the_last_one_ended) {
  relay(10, 1600);
  EXPECT_EQ(relay(700, 99'999, 8), (Place{1001, 50'160, true}));
}

TEST_F(RelayNumbersTest, a_jump_of_the_stream_is_not_ours) {
  relay(10, 1600);
  EXPECT_EQ(relay(5'000, 1760), (Place{1001, 50'160, true}));
  EXPECT_EQ(relay(5'001, 1760 + 1'073'741'824U), (Place{1002, 50'320, true}));
}

}  // namespace
}  // namespace tonearm::media
