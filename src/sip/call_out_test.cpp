#include <gtest/gtest.h>

#include "sip/test_caller.hpp"

// Calls of ours over loopback sockets, against callees that say what a test writes.

namespace tonearm::sip {
namespace {

using namespace std::chrono_literals;
using testing::Callee;
using testing::Caller;
using testing::header;
using testing::kNumber;
using testing::trunk;

TEST(call_out, rings_is_answered_and_hung_up_by_the_callee) {
  Caller caller;
  Callee ada(caller.address());
  caller.knows_ada_at("sip:ada@" + ada.address(), call::KeySource::info);
  caller.calls_ada();
  const std::string invite = ada.expect("INVITE");
  EXPECT_TRUE(invite.starts_with("INVITE sip:ada@" + ada.address() + " SIP/2.0\r\n")) << invite;
  EXPECT_NE(invite.find("m=audio 20000"), std::string::npos);
  ada.respond(invite, 180);
  const auto ringing = caller.reports_.next_signal<call::LegRinging>();
  ASSERT_TRUE(ringing);
  EXPECT_FALSE(ringing->early);
  ada.answer(invite);
  const auto answered = caller.reports_.next_signal<call::LegAnswered>();
  ASSERT_TRUE(answered);
  EXPECT_EQ(answered->media.remote_rtp.port, Callee::kRtpPort);
  EXPECT_EQ(answered->media.keys, call::KeySource::info);
  EXPECT_FALSE(answered->dialog.empty());
  const std::string ack = ada.expect("ACK");
  EXPECT_EQ(header(ack, "CSeq"), "1 ACK");
  ada.request(invite, "BYE", 1);
  EXPECT_FALSE(ada.expect("200").empty());
  EXPECT_TRUE(caller.reports_.next_signal<call::LegHungUp>());
  EXPECT_TRUE(caller.is_idle());
}

TEST(call_out, over_tcp_if_the_contact_says_so) {
  Caller caller;
  Callee ada(caller.address(1), SOCK_STREAM);
  caller.knows_ada_at("sip:ada@" + ada.address() + ";transport=tcp");
  const auto leg = caller.calls_ada();
  const std::string invite = ada.expect("INVITE");
  EXPECT_NE(header(invite, "Via").find("SIP/2.0/TCP"), std::string::npos);
  EXPECT_NE(header(invite, "Contact").find(";transport=tcp"), std::string::npos);
  ada.answer(invite);
  ASSERT_TRUE(caller.reports_.next_signal<call::LegAnswered>());
  ada.expect("ACK");
  caller.legs_->post_hang_up(leg);
  ada.respond(ada.expect("BYE"), 200);
  EXPECT_TRUE(caller.is_idle());
}

TEST(call_out, refusals_are_reported_with_their_status) {
  for (const int status : {404, 480, 486, 500, 600, 603}) {
    Caller caller;
    Callee ada(caller.address());
    caller.knows_ada_at("sip:ada@" + ada.address());
    caller.calls_ada();
    ada.respond(ada.expect("INVITE"), status);
    const auto failed = caller.reports_.next_signal<call::LegFailed>();
    ASSERT_TRUE(failed) << status;
    EXPECT_EQ(failed->status, status);
    EXPECT_FALSE(ada.expect("ACK").empty());
    EXPECT_TRUE(caller.is_idle());
  }
}

TEST(call_out, early_media_is_reported_and_replaced_by_another_branch) {
  Caller caller;
  Callee ada(caller.address());
  caller.knows_ada_at("sip:ada@" + ada.address());
  caller.calls_ada();
  const std::string invite = ada.expect("INVITE");
  ada.respond(invite, 183, {.tag = "a", .rtp_port = 4000});
  auto ringing = caller.reports_.next_signal<call::LegRinging>();
  ASSERT_TRUE(ringing && ringing->early);
  EXPECT_EQ(ringing->early->remote_rtp.port, 4000);
  ada.respond(invite, 183, {.tag = "b", .rtp_port = 5000});
  ringing = caller.reports_.next_signal<call::LegRinging>();
  ASSERT_TRUE(ringing && ringing->early);
  EXPECT_EQ(ringing->early->remote_rtp.port, 5000);
  ada.respond(invite, 200, {.tag = "a"});
  const auto answered = caller.reports_.next_signal<call::LegAnswered>();
  ASSERT_TRUE(answered);
  EXPECT_EQ(answered->media.remote_rtp.port, 4000);
}

TEST(call_out, the_second_of_two_forked_answers_gets_ack_and_bye) {
  Caller caller;
  Callee ada(caller.address());
  caller.knows_ada_at("sip:ada@" + ada.address());
  const auto leg = caller.calls_ada();
  const std::string invite = ada.expect("INVITE");
  ada.respond(invite, 200, {.tag = "first", .rtp_port = 4000});
  EXPECT_TRUE(caller.reports_.next_signal<call::LegAnswered>());
  EXPECT_NE(header(ada.expect("ACK"), "To").find("tag=first"), std::string::npos);
  ada.respond(invite, 200, {.tag = "second", .rtp_port = 5000});
  EXPECT_NE(header(ada.expect("ACK"), "To").find("tag=second"), std::string::npos);
  const std::string bye = ada.expect("BYE");
  EXPECT_NE(header(bye, "To").find("tag=second"), std::string::npos);
  ada.respond(bye, 200);
  EXPECT_TRUE(caller.reports_.nothing_more());
  EXPECT_EQ(caller.legs_->sessions(), 1u);

  caller.legs_->post_hang_up(leg);
  ada.respond(ada.expect("BYE"), 200);
  ASSERT_TRUE(caller.is_idle());
  ada.respond(invite, 200, {.tag = "third", .rtp_port = 6000});  // when all is over
  EXPECT_NE(header(ada.expect("ACK"), "To").find("tag=third"), std::string::npos);
  EXPECT_NE(header(ada.expect("BYE"), "To").find("tag=third"), std::string::npos);
}

TEST(call_out, giving_up_sends_cancel_only_after_a_provisional_response) {
  Caller caller;
  Callee ada(caller.address());
  caller.knows_ada_at("sip:ada@" + ada.address());
  const auto leg = caller.calls_ada();
  const std::string invite = ada.expect("INVITE");
  caller.legs_->post_hang_up(leg);
  EXPECT_EQ(ada.expect("CANCEL", 300), "");
  ada.respond(invite, 180);
  const std::string cancel = ada.expect("CANCEL");
  ASSERT_FALSE(cancel.empty());
  EXPECT_EQ(header(cancel, "Via"), header(invite, "Via"));
  ada.respond(cancel, 200);
  ada.respond(invite, 487);
  EXPECT_FALSE(ada.expect("ACK").empty());
  EXPECT_TRUE(caller.is_idle());
  EXPECT_TRUE(caller.reports_.nothing_more());
}

TEST(call_out, a_cancel_that_crosses_the_answer_ends_with_ack_and_bye) {
  Caller caller;
  Callee ada(caller.address());
  caller.knows_ada_at("sip:ada@" + ada.address());
  const auto leg = caller.calls_ada();
  const std::string invite = ada.expect("INVITE");
  ada.respond(invite, 180);
  ASSERT_TRUE(caller.reports_.next_signal<call::LegRinging>());
  caller.legs_->post_hang_up(leg);
  const std::string cancel = ada.expect("CANCEL");
  ada.answer(invite);
  ada.respond(cancel, 200);
  EXPECT_FALSE(ada.expect("ACK").empty());
  ada.respond(ada.expect("BYE"), 200);
  EXPECT_TRUE(caller.is_idle());
  EXPECT_TRUE(caller.reports_.nothing_more());
}

TEST(call_out, a_user_or_number_without_any_way_is_told_apart_from_one_that_cannot_be_reached) {
  Caller caller;
  UserEntry bob;
  bob.id = "bob-id";
  caller.directory_.users = {bob};
  caller.legs_->post_directory(caller.directory_);
  caller.calls({call::Party::Kind::user, "bob-id", {}, {}});
  auto failed = caller.reports_.next_signal<call::LegFailed>();
  ASSERT_TRUE(failed);
  EXPECT_FALSE(failed->no_route);
  EXPECT_EQ(failed->status, 0);
  caller.calls_number(kNumber);
  failed = caller.reports_.next_signal<call::LegFailed>();
  ASSERT_TRUE(failed);
  EXPECT_TRUE(failed->no_route);
}

TEST(call_out, a_number_goes_to_its_trunk_as_the_applications_number) {
  Caller caller;
  Callee carrier(caller.address());
  caller.has_trunks({trunk({&carrier})});
  caller.calls_number("+1 (425) 555-0100", "+14255550199");
  const std::string invite = carrier.expect("INVITE");
  EXPECT_TRUE(invite.starts_with("INVITE sip:+14255550100@" + carrier.address() + ";user=phone SIP/2.0\r\n"))
      << invite;
  EXPECT_TRUE(header(invite, "From").starts_with("\"IVR\" <sip:+14255550199@127.0.0.1;user=phone>;tag="));
  EXPECT_EQ(header(invite, "P-Asserted-Identity"), "");
  carrier.answer(invite);
  EXPECT_TRUE(caller.reports_.next_signal<call::LegAnswered>());
}

TEST(call_out, a_redirection_is_not_followed) {
  Caller caller;
  Callee carrier(caller.address());
  Callee stranger(caller.address());
  auto entry = trunk({&carrier});
  entry.username = "contoso";
  entry.password = base::Secret("secret");
  caller.has_trunks({entry});
  caller.calls_number(kNumber);
  carrier.respond(carrier.expect("INVITE"), 302,
                  {.extra = "Contact: <sip:x@" + stranger.address() + ">\r\n"});
  const auto failed = caller.reports_.next_signal<call::LegFailed>();
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 302);
  EXPECT_EQ(stranger.receive(300), "");
}

}  // namespace
}  // namespace tonearm::sip
