#include "media/source_lock.hpp"

#include <gtest/gtest.h>

namespace tonearm::media {
namespace {

using std::chrono::milliseconds;
using Verdict = SourceLock::Verdict;

class SourceLockTest : public ::testing::Test {
 protected:
  static SourceAddress at(const char* address, std::uint16_t port) {
    return SourceAddress::from(base::Endpoint{address, port});
  }
  void agree_on(const SourceAddress& signalled, bool may_move = false, bool held = false) {
    lock_.set_rules({.signalled = signalled, .may_move = may_move, .held = held}, now_);
  }
  /// `count` packets in sequence, 20 ms apart; the last verdict.
  Verdict hear(const SourceAddress& source, unsigned count, std::uint32_t ssrc = 1, bool negotiated = true) {
    Verdict verdict = Verdict::stranger;
    for (unsigned i = 0; i < count; ++i) {
      verdict = lock_.judge({source, ssrc, sequence_++, negotiated}, now_);
      now_ += milliseconds(20);
    }
    return verdict;
  }
  /// One packet, so far behind where the numbers begin.
  Verdict judge(const SourceAddress& source, unsigned ahead) {
    return lock_.judge({source, 1, static_cast<std::uint16_t>(65534 + ahead), true}, now_);
  }
  void pass(milliseconds time) { now_ += time; }

  const SourceAddress phone_ = at("192.0.2.1", 4000);
  const SourceAddress phone_other_port_ = at("192.0.2.1", 4100);
  const SourceAddress elsewhere_ = at("198.51.100.7", 4000);
  SourceLock lock_;
  base::TimePoint now_{std::chrono::hours(1)};
  std::uint16_t sequence_ = 65534;  // wraps while learning
};

TEST_F(SourceLockTest, the_signalled_source_is_heard_from_its_first_packet) {
  agree_on(phone_);
  EXPECT_EQ(hear(phone_, 1), Verdict::accept);
  EXPECT_FALSE(lock_.locked());
  EXPECT_EQ(hear(phone_, 3), Verdict::accept);
  EXPECT_TRUE(lock_.locked());
}

TEST_F(SourceLockTest, another_port_of_the_same_host_is_learned_after_four_packets_in_sequence) {
  agree_on(phone_);
  EXPECT_EQ(hear(phone_other_port_, 3), Verdict::stranger);
  EXPECT_EQ(lock_.peer(), phone_);
  EXPECT_EQ(hear(phone_other_port_, 1), Verdict::accept_and_moved);
  EXPECT_EQ(lock_.peer(), phone_other_port_);
}

TEST_F(SourceLockTest, packets_out_of_sequence_or_of_changing_ssrc_teach_nothing) {
  agree_on(phone_);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(hear(phone_other_port_, 1), Verdict::stranger);
    sequence_ += 5;
  }
  for (std::uint32_t ssrc = 10; ssrc < 30; ++ssrc)
    EXPECT_EQ(hear(phone_other_port_, 1, ssrc), Verdict::stranger);
  EXPECT_EQ(hear(phone_other_port_, 20, 1, /*negotiated=*/false), Verdict::stranger);
}

TEST_F(SourceLockTest, doubled_late_and_lost_packets_do_not_keep_a_source_from_being_learned) {
  agree_on(phone_);
  for (const unsigned sequence : {0, 0, 1, 1, 2, 2})
    EXPECT_EQ(judge(phone_other_port_, sequence), Verdict::stranger);
  EXPECT_EQ(judge(phone_other_port_, 3), Verdict::accept_and_moved);
  agree_on(elsewhere_);
  agree_on(phone_);
  for (const unsigned sequence : {5, 3, 7}) EXPECT_EQ(judge(phone_other_port_, sequence), Verdict::stranger);
  EXPECT_EQ(judge(phone_other_port_, 4), Verdict::accept_and_moved);
}

TEST_F(SourceLockTest, the_same_packet_again_and_again_teaches_nothing) {
  agree_on(phone_);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(judge(phone_other_port_, 1), Verdict::stranger);
}

TEST_F(SourceLockTest, another_address_wins_only_if_media_may_move) {
  agree_on(phone_);
  EXPECT_EQ(hear(elsewhere_, 20), Verdict::stranger);
  agree_on(phone_, /*may_move=*/true);
  EXPECT_EQ(hear(elsewhere_, 4), Verdict::accept_and_moved);
}

TEST_F(SourceLockTest, the_signalled_address_beats_a_stranger_within_two_seconds) {
  agree_on(phone_, /*may_move=*/true);
  hear(elsewhere_, 10);
  EXPECT_EQ(lock_.peer(), elsewhere_);
  EXPECT_EQ(hear(phone_, 3), Verdict::stranger);
  EXPECT_EQ(hear(phone_, 1), Verdict::accept_and_moved);
  EXPECT_EQ(lock_.peer(), phone_);
}

TEST_F(SourceLockTest, after_two_seconds_the_learned_source_stays) {
  agree_on(phone_, /*may_move=*/true);
  hear(elsewhere_, 110);
  EXPECT_EQ(hear(phone_, 20), Verdict::stranger);
  EXPECT_EQ(lock_.peer(), elsewhere_);
}

TEST_F(SourceLockTest, a_locked_source_that_falls_silent_is_replaced_after_500_ms) {
  agree_on(phone_);
  hear(phone_, 10);
  pass(milliseconds(400));
  EXPECT_EQ(hear(phone_other_port_, 1), Verdict::stranger);
  pass(milliseconds(200));
  EXPECT_EQ(hear(phone_other_port_, 3), Verdict::stranger);
  EXPECT_EQ(hear(phone_other_port_, 1), Verdict::accept_and_moved);
}

TEST_F(SourceLockTest, a_locked_source_that_speaks_on_keeps_the_lock) {
  agree_on(phone_);
  hear(phone_, 10);
  pass(milliseconds(600));
  hear(phone_other_port_, 3);
  hear(phone_, 1);
  EXPECT_EQ(hear(phone_other_port_, 5), Verdict::stranger);
}

TEST_F(SourceLockTest, silence_on_hold_teaches_nothing) {
  agree_on(phone_);
  hear(phone_, 10);
  agree_on(phone_, false, /*held=*/true);
  pass(milliseconds(60'000));
  EXPECT_EQ(hear(phone_other_port_, 20), Verdict::stranger);
  agree_on(phone_, false, /*held=*/false);
  EXPECT_EQ(hear(phone_other_port_, 4), Verdict::stranger);
}

TEST_F(SourceLockTest, a_new_signalled_address_unlocks) {
  agree_on(phone_);
  hear(phone_, 10);
  agree_on(elsewhere_);
  EXPECT_FALSE(lock_.locked());
  EXPECT_EQ(lock_.peer(), elsewhere_);
  EXPECT_EQ(hear(elsewhere_, 1), Verdict::accept);
  EXPECT_EQ(hear(phone_, 10), Verdict::stranger);
}

TEST_F(SourceLockTest, a_flood_of_strangers_does_not_keep_the_phone_from_being_learned) {
  agree_on(phone_, /*may_move=*/true);
  std::uint16_t phone_sequence = 100;
  for (int round = 0; round < 4; ++round) {
    for (std::uint16_t port = 1; port < 50; ++port) lock_.judge({at("203.0.113.9", port), 5, 1, true}, now_);
    pass(milliseconds(1));
    lock_.judge({phone_, 9, phone_sequence++, true}, now_);
    pass(milliseconds(19));
  }
  EXPECT_TRUE(lock_.locked());
  EXPECT_EQ(lock_.peer(), phone_);
}

}  // namespace
}  // namespace tonearm::media
