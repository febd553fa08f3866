// operations.md §6: outgoing calls.

#include "call/outgoing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call/scene.hpp"

namespace tonearm::call {
namespace {

using enum CallEvent;
using namespace std::chrono_literals;

TEST(Outgoing, is_201_then_establishing_then_established_then_audio_active_each_once) {
  Scene scene = Scene::outgoing();
  EXPECT_TRUE(scene.accepted(RequestId(1)));
  EXPECT_EQ(scene.notifications.back().behind, std::vector{RequestId(1)});
  scene.media_says(SessionOpened{});
  EXPECT_TRUE(std::holds_alternative<SignalInvite>(scene.committed.back()));
  scene.signal(LegRinging{});
  scene.signal(LegAnswered{Scene::media(), "dialog"});
  scene.signal(LegAnswered{Scene::media(), "dialog"});
  EXPECT_EQ(scene.events(), (std::vector{establishing, established, audio_active}));
  EXPECT_EQ(scene.last<UpdateMedia>()->media, Scene::media());
}

TEST(Outgoing, an_answer_is_acknowledged_when_its_dialog_is_on_disk) {
  Scene scene = Scene::outgoing();
  scene.media_says(SessionOpened{});
  const Step step = scene.feed(SignalInput{Scene::kLeg, LegAnswered{Scene::media(), "dialog"}});
  EXPECT_THAT(step.rows.dialogs, ::testing::ElementsAre(DialogRow{Scene::kLeg, "dialog"}));
  EXPECT_EQ(
      std::ranges::count_if(step.effects.after_commit,
                            [](const auto& effect) { return std::holds_alternative<SignalAck>(effect); }),
      1);
}

TEST(Outgoing, plays_when_it_is_answered) {
  Scene scene = Scene::outgoing();
  scene.media_says(SessionOpened{});
  scene.signal(LegAnswered{Scene::media(), "dialog"});
  EXPECT_EQ(scene.sounding_play().status, OperationStatus::running);
}

TEST(Outgoing, refusals_become_end_reasons) {
  const std::vector<std::pair<int, CallEndReason>> refusals{
      {486, CallEndReason::busy},        {600, CallEndReason::busy},        {603, CallEndReason::declined},
      {408, CallEndReason::no_answer},   {480, CallEndReason::unreachable}, {0, CallEndReason::unreachable},
      {404, CallEndReason::sip_refusal}, {500, CallEndReason::sip_refusal}};
  for (const auto& [status, reason] : refusals) {
    Scene scene = Scene::outgoing();
    scene.media_says(SessionOpened{});
    scene.signal(LegFailed{status, false, {}});
    scene.close_session();
    EXPECT_EQ(scene.shown->end->reason, reason) << status;
    EXPECT_EQ(scene.count<SignalHangUp>(), 0);
  }
}

TEST(Outgoing, a_user_without_a_phone_is_unreachable) {
  SeededIds ids(1);
  OutgoingCall order;
  order.target.kind = Party::Kind::user;
  const Stamp stamp{base::TimePoint{}, base::WallTime{}, ids};
  const auto [call, created] =
      Call::outgoing(order, {Owner{}, CallPolicy{}, "http://127.0.0.1:9000/"}, stamp);
  (void)call->advance(MediaInput{order.leg.leg, SessionOpened{}}, stamp);
  (void)call->advance(SignalInput{order.leg.leg, LegFailed{0, false, {}}}, stamp);
  const Step last = call->advance(MediaInput{order.leg.leg, SessionClosed{}}, stamp);
  EXPECT_EQ(last.snapshot->end->reason, CallEndReason::unreachable);
}

TEST(Outgoing, rings_no_longer_than_the_bot_asked_for_nor_than_the_server_allows) {
  for (const auto& [asked, rings] : {std::pair(20s, 20s), std::pair(115s, 60s)}) {
    SeededIds ids(1);
    OutgoingCall order;
    order.ringing_limit = asked;
    const Stamp stamp{base::TimePoint{}, base::WallTime{}, ids};
    const auto [call, created] = Call::outgoing(order, {Owner{}, CallPolicy{}, {}}, stamp);
    EXPECT_EQ(created.snapshot->ringing_limit, asked);
    const Step invited = call->advance(MediaInput{order.leg.leg, SessionOpened{}}, stamp);
    const auto armed = std::ranges::find_if(invited.effects.now, [](const NowEffect& effect) {
      const auto* timer = std::get_if<ArmTimer>(&effect);
      return timer && timer->timer.kind == TimerKind::ringing;
    });
    ASSERT_NE(armed, invited.effects.now.end());
    EXPECT_EQ(std::get<ArmTimer>(*armed).after, rings);
  }
}

TEST(Outgoing, shows_what_the_bot_said_about_it) {
  SeededIds ids(1);
  OutgoingCall order;
  order.modalities = {"audio", "video"};
  order.subject = "Your order";
  const Stamp stamp{base::TimePoint{}, base::WallTime{}, ids};
  const auto [call, created] = Call::outgoing(order, {Owner{}, CallPolicy{}, {}}, stamp);
  EXPECT_EQ(created.snapshot->modalities, order.modalities);
  EXPECT_EQ(created.snapshot->subject, "Your order");
}

TEST(Outgoing, without_any_way_to_the_target_it_cannot_be_routed) {
  Scene scene = Scene::outgoing();
  scene.media_says(SessionOpened{});
  scene.signal(LegFailed{404, false, "no trunk takes this number", true});
  scene.close_session();
  EXPECT_EQ(scene.shown->end->reason, CallEndReason::cannot_route);
}

TEST(Outgoing, not_answered_in_time_is_cancelled) {
  Scene scene = Scene::outgoing();
  scene.media_says(SessionOpened{});
  scene.fire(TimerKind::ringing);
  scene.close_session();
  EXPECT_EQ(scene.count<SignalHangUp>(), 1);
  EXPECT_EQ(scene.shown->end->reason, CallEndReason::no_answer);
}

TEST(Outgoing, deleted_while_ringing_is_cancelled) {
  Scene scene = Scene::outgoing();
  scene.media_says(SessionOpened{});
  scene.command(DeleteCommand{});
  scene.close_session();
  EXPECT_EQ(scene.count<SignalHangUp>(), 1);
  EXPECT_EQ(scene.events(), (std::vector{establishing, terminating, ended}));
}

TEST(Outgoing, deleted_before_its_invite_sends_none) {
  Scene scene = Scene::outgoing();
  scene.command(DeleteCommand{});
  scene.media_says(SessionOpened{});
  scene.close_session();
  EXPECT_EQ(scene.count<SignalHangUp>(), 0);
  EXPECT_EQ(std::ranges::count_if(scene.committed,
                                  [](const auto& e) { return std::holds_alternative<SignalInvite>(e); }),
            0);
  EXPECT_TRUE(scene.call->over());
}

}  // namespace
}  // namespace tonearm::call
