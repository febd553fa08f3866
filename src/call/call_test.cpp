#include "call/call.hpp"

#include <gtest/gtest.h>

namespace tonearm::call {
namespace {

TEST(Call, smoke) {
  SeededIds ids(1);
  const Stamp stamp{base::TimePoint{}, base::WallTime{}, ids};
  IncomingInvite invite;
  invite.leg = {CallId(ids.guid()), LegId(1)};
  invite.media = MediaDescription{};
  auto [call, first] =
      Call::incoming(invite, {Owner{}, CallPolicy{}, "http://127.0.0.1:9000/api/calls"}, stamp);
  EXPECT_EQ(first.notifications.size(), 1u);
  (void)call->advance(NotificationDelivered{NotificationNumber(1)}, stamp);
  CommandContext context{RequestId(1), stamp.now, "http://127.0.0.1:8080/v1.0", ""};
  auto answered = call->advance(CommandInput{context, AnswerCommand{}}, stamp);
  EXPECT_EQ(answered.snapshot->state, CallState::establishing);
  auto opened = call->advance(MediaInput{LegId(1), SessionOpened{}}, stamp);
  auto sent = call->advance(StepCommitted{opened.number}, stamp);
  EXPECT_EQ(sent.snapshot->state, CallState::established);
  (void)call->advance(SignalInput{LegId(1), LegAcked{MediaDescription{}}}, stamp);
  context.request = RequestId(2);
  auto played = call->advance(CommandInput{context, PlayCommand{}}, stamp);
  ASSERT_EQ(played.effects.now.size(), 2u);
  (void)call->advance(MediaInput{LegId(1), PromptReady{OperationNumber(1)}}, stamp);
  (void)call->advance(MediaInput{LegId(1), OperationStarted{OperationNumber(1)}}, stamp);
  context.request = RequestId(3);
  auto cancelled = call->advance(CommandInput{context, CancelCommand{}}, stamp);
  auto acked = call->advance(MediaInput{LegId(1), StopAcknowledged{StopId(1), {}, {}}}, stamp);
  EXPECT_EQ(acked.effects.after_commit.size(), 2u);
  context.request = RequestId(4);
  (void)call->advance(CommandInput{context, DeleteCommand{}}, stamp);
  auto closed = call->advance(MediaInput{LegId(1), SessionClosed{}}, stamp);
  EXPECT_TRUE(closed.snapshot->gone);
}

}  // namespace
}  // namespace tonearm::call
