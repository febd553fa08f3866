// operations.md §6, docs/api/redirect.md: an incoming call that the bot sends on.

#include "call/redirect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call/scene.hpp"

namespace tonearm::call {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr LegId kFirst{2};
constexpr LegId kSecond{3};

Party user(std::string name) {
  return {Party::Kind::user, "00000000-0000-4000-8000-000000000101", std::move(name), ""};
}

/// A call that rings at its bot, and two people to whom it may go.
class RedirectTest : public ::testing::Test {
 protected:
  RedirectTest() { scene.accepted_by_bot(); }

  void ask(std::vector<Party> targets = {user("Ada")}, bool mask_caller = false) {
    request = scene.command(RedirectCommand{std::move(targets), base::seconds(55), mask_caller, ""});
  }
  void ask_two() { ask({user("Ada"), user("Contoso desk")}); }
  void open(LegId leg) { scene.feed(MediaInput{leg, SessionOpened{}}); }
  void tell(LegId leg, SignalBody body) { scene.feed(SignalInput{leg, std::move(body)}); }
  void close(LegId leg) { scene.feed(MediaInput{leg, SessionClosed{}}); }
  void open_all(std::initializer_list<LegId> targets) {
    open(Scene::kLeg);
    for (const LegId leg : targets) open(leg);
  }
  void answer(LegId leg) { tell(leg, LegAnswered{Scene::media(5000), "dialog of the target"}); }
  void talk() {
    ask();
    open_all({kFirst});
    answer(kFirst);
    scene.signal(LegAcked{Scene::media()});
  }
  std::vector<LegId> hung_up() { return legs_of<SignalHangUp>(); }
  std::vector<LegId> closed() { return legs_of<CloseMedia>(); }
  std::optional<CallEndReason> end() {
    return scene.shown->end ? std::optional(scene.shown->end->reason) : std::nullopt;
  }

  Scene scene;
  RequestId request;

 private:
  template <class Effect>
  std::vector<LegId> legs_of() {
    std::vector<LegId> legs;
    for (const auto& effect : scene.effects) {
      if (const auto* found = std::get_if<Effect>(&effect)) legs.push_back(found->leg);
    }
    return legs;
  }
};

TEST_F(RedirectTest, calls_every_target_at_once_as_the_caller) {
  ask_two();
  EXPECT_TRUE(scene.accepted(request));
  EXPECT_EQ(scene.state(), CallState::redirecting);
  EXPECT_EQ(scene.count<OpenMedia>(), 3);
  open_all({kFirst, kSecond});
  std::vector<SignalInvite> invites;
  for (const auto& effect : scene.committed) {
    if (const auto* invite = std::get_if<SignalInvite>(&effect)) invites.push_back(*invite);
  }
  ASSERT_EQ(invites.size(), 2u);
  EXPECT_EQ(invites[0].invitation.target.display_name, "Ada");
  EXPECT_EQ(invites[1].invitation.target.display_name, "Contoso desk");
  EXPECT_EQ(invites[0].invitation.source, scene.shown->source);
  EXPECT_EQ(invites[0].invitation.hops, kHopsMax - 1);
}

TEST_F(RedirectTest, shows_the_application_if_the_caller_is_masked) {
  ask({user("Ada")}, true);
  open_all({kFirst});
  const auto invite = std::get<SignalInvite>(scene.committed.back());
  EXPECT_EQ(invite.invitation.source, application_party(scene.shown->owner));
}

TEST_F(RedirectTest, that_is_answered_joins_the_two_and_is_over_for_the_bot) {
  ask();
  open_all({kFirst});
  answer(kFirst);
  EXPECT_EQ(scene.state(), CallState::terminated);
  EXPECT_EQ(end(), CallEndReason::redirected);
  EXPECT_TRUE(scene.shown->gone);
  EXPECT_FALSE(scene.call->over());
  EXPECT_THAT(scene.events(), ElementsAre(CallEvent::offered, CallEvent::ended));
  EXPECT_THAT(scene.notifications.back().behind, ElementsAre(request));
  const auto join = scene.last<JoinMedia>();
  ASSERT_TRUE(join);
  EXPECT_EQ(join->one, Scene::kLeg);
  EXPECT_EQ(join->other, kFirst);
  const auto answered = [](const auto& effect) { return std::holds_alternative<SignalAnswer>(effect); };
  EXPECT_EQ(std::ranges::count_if(scene.committed, answered), 1);
  EXPECT_EQ(scene.refusal(scene.command(KeepAliveCommand{})), CommandFailure::Kind::call_not_found);
}

TEST_F(RedirectTest, is_won_by_the_first_who_answers_and_the_others_are_let_go) {
  ask_two();
  open_all({kFirst, kSecond});
  answer(kSecond);
  EXPECT_THAT(hung_up(), ElementsAre(kFirst));
  EXPECT_THAT(closed(), ElementsAre(kFirst));
  close(kFirst);
  answer(kFirst);  // too late; signalling hangs up
  EXPECT_EQ(scene.last<JoinMedia>()->other, kSecond);
  EXPECT_FALSE(scene.call->over());
}

TEST_F(RedirectTest, whose_target_answers_before_the_callers_session_is_open_waits_for_that) {
  ask();
  open(kFirst);
  answer(kFirst);
  EXPECT_FALSE(scene.last<JoinMedia>());
  open(Scene::kLeg);
  EXPECT_TRUE(scene.last<JoinMedia>());
}

TEST_F(RedirectTest, ends_with_the_callers_hang_up) {
  talk();
  scene.signal(LegHungUp{});
  EXPECT_THAT(hung_up(), ElementsAre(kFirst));
  EXPECT_FALSE(scene.call->over());
  close(Scene::kLeg);
  close(kFirst);
  EXPECT_TRUE(scene.call->over());
  EXPECT_EQ(end(), CallEndReason::redirected);
  EXPECT_THAT(scene.events(), ElementsAre(CallEvent::offered, CallEvent::ended))
      << "the bot hears nothing more";
}

TEST_F(RedirectTest, ends_with_the_targets_hang_up) {
  talk();
  tell(kFirst, LegHungUp{});
  EXPECT_THAT(hung_up(), ElementsAre(Scene::kLeg));
  close(kFirst);
  close(Scene::kLeg);
  EXPECT_TRUE(scene.call->over());
}

TEST_F(RedirectTest, ends_when_a_side_is_heard_no_more_and_at_the_longest_duration) {
  talk();
  scene.feed(MediaInput{kFirst, MediaLost{}});
  EXPECT_THAT(hung_up(), ElementsAre(Scene::kLeg, kFirst));
  Scene other;
  std::swap(scene, other);
  scene.accepted_by_bot();
  talk();
  scene.fire(TimerKind::longest_duration);
  EXPECT_THAT(hung_up(), ElementsAre(Scene::kLeg, kFirst));
}

TEST_F(RedirectTest, lives_on_without_its_bot) {
  talk();
  scene.feed(BotSilent{});
  scene.feed(NotificationParked{NotificationNumber(2)});
  EXPECT_THAT(hung_up(), IsEmpty());
  scene.feed(ServerStopping{});
  EXPECT_THAT(hung_up(), ElementsAre(Scene::kLeg, kFirst));
}

TEST_F(RedirectTest, that_one_of_two_refuses_waits_for_the_other) {
  ask_two();
  open_all({kFirst, kSecond});
  tell(kFirst, LegFailed{486, false, "Busy Here", false});
  EXPECT_EQ(scene.state(), CallState::redirecting);
  answer(kSecond);
  EXPECT_EQ(end(), CallEndReason::redirected);
}

TEST_F(RedirectTest, that_all_refuse_ends_with_the_weightiest_refusal) {
  ask_two();
  open_all({kFirst, kSecond});
  tell(kFirst, LegFailed{486, false, "Busy Here", false});
  tell(kSecond, LegFailed{0, false, "no phone", false});
  const auto reject = scene.last<SignalReject>();
  ASSERT_TRUE(reject);
  EXPECT_EQ(reject->leg, Scene::kLeg);
  EXPECT_EQ(reject->status, 486);
  for (const LegId leg : {kFirst, kSecond, Scene::kLeg}) close(leg);
  EXPECT_EQ(end(), CallEndReason::busy);
  EXPECT_TRUE(scene.call->over());
}

TEST_F(RedirectTest, that_nobody_answers_in_time_ends_and_the_phones_stop_ringing) {
  ask_two();
  open_all({kFirst, kSecond});
  scene.fire(TimerKind::ringing);
  EXPECT_EQ(scene.last<SignalReject>()->status, 480);
  EXPECT_THAT(hung_up(), ElementsAre(kFirst, kSecond));
  for (const LegId leg : {kFirst, kSecond, Scene::kLeg}) close(leg);
  EXPECT_EQ(end(), CallEndReason::no_answer);
}

TEST_F(RedirectTest, whose_caller_gives_up_stops_the_ringing) {
  ask();
  open_all({kFirst});
  scene.signal(LegCancelled{});
  EXPECT_THAT(hung_up(), ElementsAre(kFirst));
  close(kFirst);
  close(Scene::kLeg);
  EXPECT_EQ(end(), CallEndReason::caller_gave_up);
}

TEST_F(RedirectTest, may_be_deleted_while_it_rings) {
  ask();
  open_all({kFirst});
  scene.command(DeleteCommand{});
  EXPECT_THAT(hung_up(), ElementsAre(kFirst));
  EXPECT_EQ(scene.last<SignalReject>()->status, 480);
  close(kFirst);
  close(Scene::kLeg);
  EXPECT_EQ(end(), CallEndReason::bot_hung_up);
}

TEST_F(RedirectTest, takes_no_second_decision_and_no_media_operation) {
  ask();
  const auto bad = CommandFailure::Kind::bad_request;
  EXPECT_EQ(scene.refusal(scene.command(AnswerCommand{})), bad);
  EXPECT_EQ(scene.refusal(scene.command(RejectCommand{})), bad);
  EXPECT_EQ(scene.refusal(scene.command(RedirectCommand{{user("Ada")}, base::seconds(55), false, ""})), bad);
  EXPECT_EQ(scene.refusal(scene.command(PlayCommand{})), bad);
  EXPECT_TRUE(scene.answered(scene.command(CancelCommand{})));
}

TEST_F(RedirectTest, is_for_calls_that_nobody_has_decided_on) {
  scene.command(AnswerCommand{});
  ask();
  EXPECT_EQ(scene.refusal(request), CommandFailure::Kind::bad_request);
}

TEST_F(RedirectTest, that_comes_before_the_webhooks_answer_lets_the_caller_hear_ringing) {
  Scene early;
  early.command(RedirectCommand{{user("Ada")}, base::seconds(55), false, ""});
  EXPECT_EQ(early.count<SignalRinging>(), 1);
  early.accepted_by_bot();
  EXPECT_EQ(early.count<SignalRinging>(), 1);
}

TEST_F(RedirectTest, that_cannot_be_stored_calls_nobody) {
  scene.hold_commits = true;
  ask();
  scene.feed(CommitFailed{scene.held.back()});
  EXPECT_EQ(scene.last<SignalReject>()->status, 503);
  EXPECT_THAT(closed(), ElementsAre(Scene::kLeg, kFirst));
}

TEST_F(RedirectTest, ends_if_the_media_engine_is_silent) {
  ask();
  scene.fire(TimerKind::session_open);
  EXPECT_TRUE(scene.call->over());
  EXPECT_EQ(end(), CallEndReason::media_failed);
  Scene other;
  std::swap(scene, other);
  scene.accepted_by_bot();
  talk();
  scene.signal(LegHungUp{});
  scene.fire(TimerKind::record_flush);
  EXPECT_TRUE(scene.call->over());
}

// ---- keys

TEST_F(RedirectTest, sends_keys_on_that_came_beside_the_sound) {
  ask();
  open_all({kFirst});
  LegAnswered answered{Scene::media(5000), "dialog"};
  answered.media.receive_event_payload_type = 101;
  tell(kFirst, answered);
  scene.feed(MediaInput{kFirst, KeyPressed{Tone::t5}});
  const auto sent = scene.last<SendDtmf>();
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->leg, Scene::kLeg);
  EXPECT_THAT(sent->tones, ElementsAre(Tone::t5));
}

TEST_F(RedirectTest, does_not_double_keys_that_are_in_the_sound) {
  talk();
  scene.media_says(KeyPressed{Tone::t5});
  EXPECT_FALSE(scene.last<SendDtmf>());
  scene.signal(LegKey{Tone::t6});  // by INFO: the other side cannot have heard it
  const auto sent = scene.last<SendDtmf>();
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->leg, kFirst);
}

}  // namespace
}  // namespace tonearm::call
