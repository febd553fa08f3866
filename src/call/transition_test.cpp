#include "call/transition.hpp"

#include <gtest/gtest.h>

namespace tonearm::call {
namespace {

using enum CallState;
using enum CallTrigger;

TEST(Transition, incoming__answer__establishing) {
  EXPECT_EQ(advance(incoming, answer), establishing);
}
TEST(Transition, incoming__reject__terminating) {
  EXPECT_EQ(advance(incoming, reject), terminating);
}
TEST(Transition, incoming__bot_hang_up__terminating) {
  EXPECT_EQ(advance(incoming, bot_hang_up), terminating);
}
TEST(Transition, incoming__remote_bye__terminating) {
  EXPECT_EQ(advance(incoming, remote_bye), terminating);
}
TEST(Transition, establishing__answer_sent__established) {
  EXPECT_EQ(advance(establishing, answer_sent), established);
}
TEST(Transition, establishing__far_answer__established) {
  EXPECT_EQ(advance(establishing, far_answer), established);
}
TEST(Transition, establishing__leg_failed__terminating) {
  EXPECT_EQ(advance(establishing, leg_failed), terminating);
}
TEST(Transition, established__remote_bye__terminating) {
  EXPECT_EQ(advance(established, remote_bye), terminating);
}
TEST(Transition, established__bot_hang_up__terminating) {
  EXPECT_EQ(advance(established, bot_hang_up), terminating);
}
TEST(Transition, established__call_failed__terminating) {
  EXPECT_EQ(advance(established, call_failed), terminating);
}
TEST(Transition, established__transfer__transferring) {
  EXPECT_EQ(advance(established, transfer), transferring);
}
TEST(Transition, transferring__refer_accepted__transfer_accepted) {
  EXPECT_EQ(advance(transferring, refer_accepted), transfer_accepted);
}
TEST(Transition, transferring_or_accepted__transfer_failed__established) {
  EXPECT_EQ(advance(transferring, transfer_failed), established);
  EXPECT_EQ(advance(transfer_accepted, transfer_failed), established);
}
TEST(Transition, transfer_accepted__transferred__terminating) {
  EXPECT_EQ(advance(transfer_accepted, transferred), terminating);
}
TEST(Transition, before_and_after_it_is_up__transfer__stays) {
  for (const auto state : {incoming, establishing, transferring, transfer_accepted, terminating})
    EXPECT_FALSE(advance(state, transfer));
}
TEST(Transition, transferring__remote_bye__terminating) {
  EXPECT_EQ(advance(transferring, remote_bye), terminating);
}
TEST(Transition, incoming__redirect__redirecting) {
  EXPECT_EQ(advance(incoming, redirect), redirecting);
}
TEST(Transition, redirecting__redirected__terminated) {
  EXPECT_EQ(advance(redirecting, redirected), terminated);
}
TEST(Transition, redirecting__whatever_ends_a_call__terminating) {
  for (const auto trigger : {bot_hang_up, remote_bye, leg_failed, call_failed})
    EXPECT_EQ(advance(redirecting, trigger), terminating);
}
TEST(Transition, other_than_incoming__redirect__stays) {
  for (const auto state : {establishing, established, transferring, redirecting, terminating, terminated})
    EXPECT_FALSE(advance(state, redirect));
}
TEST(Transition, terminating__all_released__terminated) {
  EXPECT_EQ(advance(terminating, all_released), terminated);
}
TEST(Transition, terminated__anything__stays) {
  for (const auto trigger : {answer, reject, answer_sent, far_answer, bot_hang_up, remote_bye, leg_failed,
                             call_failed, all_released}) {
    EXPECT_FALSE(advance(terminated, trigger));
  }
}
TEST(Transition, terminating__everything_but_all_released__stays) {
  for (const auto trigger :
       {answer, reject, answer_sent, far_answer, bot_hang_up, remote_bye, leg_failed, call_failed}) {
    EXPECT_FALSE(advance(terminating, trigger));
  }
}
TEST(Transition, established__answer_or_reject__stays) {
  EXPECT_FALSE(advance(established, answer));
  EXPECT_FALSE(advance(established, reject));
  EXPECT_FALSE(advance(established, answer_sent));
}

}  // namespace
}  // namespace tonearm::call
