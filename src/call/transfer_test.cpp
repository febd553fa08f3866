// operations.md §6: transfers, blind and consultative.

#include "call/transfer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call/scene.hpp"

namespace tonearm::call {
namespace {

using ::testing::ElementsAre;
using Outcome = LegReferred::Outcome;

TransferCommand to_ada(std::optional<CallId> replaces = {}) {
  return {{Party::Kind::user, "00000000-0000-4000-8000-000000000101", "Ada", ""}, replaces};
}

/// A call with audio whose bot has asked for a transfer.
class TransferTest : public ::testing::Test {
 protected:
  TransferTest() {
    scene.with_audio();
    before_ = scene.events().size();
  }
  void ask(std::optional<CallId> replaces = {}) { request = scene.command(to_ada(replaces)); }
  void tell(Outcome outcome, int status = 0) { scene.signal(LegReferred{outcome, status, {}}); }
  /// What was notified since the call had audio.
  std::vector<CallEvent> events() {
    auto all = scene.events();
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(before_));
    return all;
  }

  Scene scene;
  RequestId request;

 private:
  std::size_t before_ = 0;
};

TEST_F(TransferTest, is_accepted_asked_for_and_ends_the_call_when_the_target_has_answered) {
  ask();
  EXPECT_TRUE(scene.accepted(request));
  EXPECT_EQ(scene.state(), CallState::transferring);
  const auto refer = std::get<SignalRefer>(scene.committed.back());
  EXPECT_EQ(refer.referral.target.display_name, "Ada");
  EXPECT_FALSE(refer.referral.replaces);
  tell(Outcome::accepted, 202);
  EXPECT_EQ(scene.state(), CallState::transfer_accepted);
  tell(Outcome::done, 200);
  EXPECT_EQ(scene.count<SignalHangUp>(), 1);
  scene.close_session();
  EXPECT_EQ(scene.state(), CallState::terminated);
  EXPECT_EQ(scene.shown->end->reason, CallEndReason::transferred);
  EXPECT_THAT(events(), ElementsAre(CallEvent::transferring, CallEvent::transfer_accepted, CallEvent::ended));
}

TEST_F(TransferTest, that_is_refused_leaves_the_call_as_it_was) {
  ask();
  tell(Outcome::failed, 405);
  EXPECT_EQ(scene.state(), CallState::established);
  EXPECT_THAT(events(), ElementsAre(CallEvent::transferring, CallEvent::transfer_failed));
  ask();  // and may be tried again
  EXPECT_TRUE(scene.accepted(request));
}

TEST_F(TransferTest, whose_target_does_not_answer_leaves_the_call_as_it_was) {
  ask();
  tell(Outcome::accepted, 202);
  tell(Outcome::failed, 486);
  EXPECT_EQ(scene.state(), CallState::established);
  EXPECT_THAT(events(),
              ElementsAre(CallEvent::transferring, CallEvent::transfer_accepted, CallEvent::transfer_failed));
}

TEST_F(TransferTest, that_is_consultative_fails_with_its_own_code) {
  const CallId other(base::Guid::random());
  ask(other);
  EXPECT_EQ(std::get<SignalRefer>(scene.committed.back()).referral.replaces, other);
  tell(Outcome::failed, 481);
  EXPECT_THAT(events(), ElementsAre(CallEvent::transferring, CallEvent::consultation_failed));
}

TEST_F(TransferTest, whose_transferee_leaves_before_its_last_word_has_succeeded) {
  ask();
  tell(Outcome::accepted, 202);
  scene.signal(LegHungUp{});
  scene.close_session();
  EXPECT_EQ(scene.shown->end->reason, CallEndReason::transferred);
  EXPECT_EQ(scene.count<SignalHangUp>(), 0);
}

TEST_F(TransferTest, whose_transferee_leaves_before_it_said_yes_is_a_call_that_was_hung_up) {
  ask();
  scene.signal(LegHungUp{});
  scene.close_session();
  EXPECT_EQ(scene.shown->end->reason, CallEndReason::far_end_hung_up);
}

TEST_F(TransferTest, of_which_nothing_more_is_heard_fails_in_time) {
  ask();
  tell(Outcome::accepted, 202);
  scene.fire(TimerKind::transfer);
  EXPECT_EQ(scene.state(), CallState::established);
  tell(Outcome::done, 200);  // too late
  EXPECT_EQ(scene.state(), CallState::established);
}

TEST_F(TransferTest, does_not_stop_what_is_played) {
  const auto play = scene.sounding_play();
  ask();
  tell(Outcome::failed, 603);
  EXPECT_EQ(scene.status(play), OperationStatus::running);
  EXPECT_EQ(scene.count<StopOperations>(), 0);
}

TEST_F(TransferTest, is_one_at_a_time_and_for_a_call_that_is_up) {
  ask();
  const auto second = scene.command(to_ada());
  EXPECT_EQ(scene.refusal(second), CommandFailure::Kind::bad_request);
  Scene offered;
  offered.accepted_by_bot();
  EXPECT_EQ(offered.refusal(offered.command(to_ada())), CommandFailure::Kind::bad_request);
}

TEST_F(TransferTest, that_could_not_be_written_asks_nobody_and_says_so) {
  scene.hold_commits = true;
  ask();
  scene.feed(CommitFailed{scene.held.back()});
  EXPECT_EQ(scene.state(), CallState::established);
  EXPECT_THAT(events(), ElementsAre(CallEvent::transferring, CallEvent::transfer_failed));
}

TEST_F(TransferTest, is_forgotten_when_the_bot_hangs_up) {
  ask();
  scene.command(DeleteCommand{});
  tell(Outcome::done, 200);
  scene.close_session();
  EXPECT_EQ(scene.shown->end->reason, CallEndReason::bot_hung_up);
}

}  // namespace
}  // namespace tonearm::call
