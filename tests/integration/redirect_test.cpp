// operations.md §6, docs/api/redirect.md: an incoming call is sent on, and its caller speaks with who
// answers.

#include <csignal>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"
#include "sip_callee.hpp"

namespace tonearm::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kAda = "00000000-0000-4000-8000-000000000101";
constexpr const char* kDesk = "00000000-0000-4000-8000-000000000102";
constexpr std::uint8_t kOfCaller = 0x55;
constexpr std::uint8_t kOfAda = 0x33;

/// A caller whose call rings at its bot, and two people with phones.
class RedirectedCall : public ::testing::Test {
 protected:
  RedirectedCall() {
    auto settings = test_settings(bot, dir.path());
    add_user(settings, kAda, ada.contact());
    add_user(settings, kDesk, desk.contact());
    server.emplace(std::move(settings));
    api.emplace(server->at().http, token_for(server->at()));
    phone.emplace(server->at().sip);
    phone->send_invite("ivr", phone->sdp());
    const auto incoming = bot.wait_state("incoming");
    EXPECT_TRUE(incoming);
    if (incoming) call = incoming->text("id");
    EXPECT_TRUE(phone->wait_status(180, "INVITE"));
  }

  static std::string target(const std::string& user) {
    return R"({"@odata.type":"#microsoft.graph.invitationParticipantInfo","identity":{)"
           R"("@odata.type":"#microsoft.graph.identitySet","user":{"@odata.type":"#microsoft.graph.identity",)"
           R"("id":")" +
           user + R"("}}})";
  }
  ApiAnswer redirect(const std::string& targets, const std::string& more = "") {
    return api->request("POST", "/" + call + "/redirect", R"({"targets":[)" + targets + "]" + more + "}");
  }
  void answer(SipCallee& callee) {
    ASSERT_TRUE(callee.wait_invite());
    callee.answer();
    ASSERT_TRUE(callee.wait_request("ACK"));
  }
  void accept() {
    ASSERT_TRUE(phone->wait_status(200, "INVITE"));
    phone->send_ack();
  }
  void talk() {
    ASSERT_EQ(redirect(target(kAda)).status(), 202);
    ASSERT_NO_FATAL_FAILURE(answer(ada));
    ASSERT_NO_FATAL_FAILURE(accept());
  }
  static std::pair<int, int> result(const std::optional<Heard>& heard) {
    return heard ? heard->result() : std::pair<int, int>{};
  }
  static bool hears(const RtpEar& ear, std::uint8_t fill, std::size_t packets = 20) {
    return ear.wait_for([&](const std::vector<HeardPacket>& heard) {
      return static_cast<std::size_t>(std::ranges::count_if(heard, [&](const HeardPacket& packet) {
               return !packet.payload.empty() && packet.payload.front() == fill;
             })) >= packets;
    });
  }

  TempDir dir;
  Bot bot;
  SipCallee ada;
  SipCallee desk;
  std::optional<LocalServer> server;
  std::optional<ApiClient> api;
  std::optional<SipPhone> phone;
  std::string call;
};

TEST_F(RedirectedCall, is_answered_by_the_target_and_both_hear_each_other) {
  ASSERT_NO_FATAL_FAILURE(talk());
  const auto ended = bot.wait_state("terminated");
  EXPECT_EQ(result(ended), std::pair(200, 0));
  EXPECT_EQ(api->get("/" + call).status(), 404);
  phone->rtp().speak(phone->media(), kOfCaller);
  ada.rtp().speak(ada.media(), kOfAda);
  EXPECT_TRUE(hears(ada.rtp(), kOfCaller));
  EXPECT_TRUE(hears(phone->rtp(), kOfAda));
  phone->send_bye();
  EXPECT_TRUE(ada.wait_request("BYE"));
}

TEST_F(RedirectedCall, ends_when_the_target_hangs_up) {
  ASSERT_NO_FATAL_FAILURE(talk());
  ada.send_bye();
  EXPECT_TRUE(phone->wait_request("BYE"));
}

TEST_F(RedirectedCall, shows_the_target_who_calls) {
  ASSERT_EQ(redirect(target(kAda)).status(), 202);
  const auto invite = ada.wait_invite();
  ASSERT_TRUE(invite);
  EXPECT_EQ(invite->header("Max-Forwards"), "69");
  EXPECT_THAT(invite->header("From"), HasSubstr("sip:"));
  EXPECT_THAT(invite->header("From"), ::testing::Not(HasSubstr("tonearm@")));
}

TEST_F(RedirectedCall, to_two_rings_at_both_and_the_first_who_answers_has_it) {
  ASSERT_EQ(redirect(target(kAda) + "," + target(kDesk)).status(), 202);
  ASSERT_TRUE(ada.wait_invite());
  ada.ring();
  ASSERT_TRUE(desk.wait_invite());
  desk.answer();
  ASSERT_TRUE(desk.wait_request("ACK"));
  EXPECT_TRUE(ada.wait_request("CANCEL"));
  ASSERT_NO_FATAL_FAILURE(accept());
  EXPECT_EQ(result(bot.wait_state("terminated")), std::pair(200, 0));
  phone->rtp().speak(phone->media(), kOfCaller);
  EXPECT_TRUE(hears(desk.rtp(), kOfCaller));
  desk.send_bye();
  EXPECT_TRUE(phone->wait_request("BYE"));
}

TEST_F(RedirectedCall, that_the_target_refuses_tells_the_caller_and_the_bot) {
  ASSERT_EQ(redirect(target(kAda)).status(), 202);
  ASSERT_TRUE(ada.wait_invite());
  ada.refuse(486, "Busy Here");
  EXPECT_TRUE(phone->wait_status(486, "INVITE"));
  EXPECT_EQ(result(bot.wait_state("terminated")), std::pair(486, 0));
}

TEST_F(RedirectedCall, whose_caller_gives_up_stops_ringing) {
  ASSERT_EQ(redirect(target(kAda)).status(), 202);
  ASSERT_TRUE(ada.wait_invite());
  ada.ring();
  phone->send_cancel();
  EXPECT_TRUE(ada.wait_request("CANCEL"));
  EXPECT_EQ(result(bot.wait_state("terminated")), std::pair(487, 0));
}

TEST_F(RedirectedCall, is_shown_as_redirecting_while_it_rings_and_may_be_deleted) {
  ASSERT_EQ(redirect(target(kAda)).status(), 202);
  ASSERT_TRUE(ada.wait_invite());
  ada.ring();
  EXPECT_EQ(api->get("/" + call).text("state"), "redirecting");
  EXPECT_EQ(api->request("DELETE", "/" + call, "").status(), 204);
  EXPECT_TRUE(ada.wait_request("CANCEL"));
  EXPECT_TRUE(phone->wait_status(480, "INVITE"));
  EXPECT_EQ(result(bot.wait_state("terminated")), std::pair(200, 7000));
}

TEST_F(RedirectedCall, passes_keys_on) {
  ASSERT_NO_FATAL_FAILURE(talk());
  phone->rtp().speak(phone->media(), kOfCaller);
  ASSERT_TRUE(hears(ada.rtp(), kOfCaller));
  phone->rtp().press(phone->media(), 5000, 90'000, 5);
  EXPECT_TRUE(ada.rtp().wait_for([](const std::vector<HeardPacket>& heard) {
    return std::ranges::any_of(heard, [](const HeardPacket& packet) {
      return packet.payload_type == RtpEar::kEventPayload && packet.payload.at(0) == 5;
    });
  }));
}

TEST_F(RedirectedCall, to_somebody_the_bot_may_not_call_is_refused_and_the_call_rings_on) {
  EXPECT_EQ(redirect(R"({"identity":{"phone":{"id":"+442079460000"}}})").status(), 403);
  EXPECT_EQ(redirect("").status(), 400);
  EXPECT_EQ(redirect(target(kAda), R"(,"timeout":5)").status(), 400);
  EXPECT_EQ(api->get("/" + call).text("state"), "incoming");
}

TEST_F(RedirectedCall, to_a_user_without_a_phone_ends_with_its_reason) {
  ASSERT_EQ(redirect(target("00000000-0000-4000-8000-000000000199")).status(), 202);
  EXPECT_TRUE(phone->wait_status(480, "INVITE"));
  EXPECT_EQ(result(bot.wait_state("terminated")), std::pair(480, 10037));
}

TEST_F(RedirectedCall, that_is_up_when_the_server_stops_is_hung_up_on_both_sides) {
  ASSERT_NO_FATAL_FAILURE(talk());
  ASSERT_TRUE(bot.wait_state("terminated"));
  server.reset();
  EXPECT_TRUE(phone->wait_request("BYE"));
  EXPECT_TRUE(ada.wait_request("BYE"));
}

TEST(RedirectedCallInACrash, is_hung_up_on_both_sides_at_the_restart_and_the_bot_hears_nothing_twice) {
  TempDir dir;
  Bot bot;
  SipCallee ada;
  const std::string user =
      std::string("[[user]]\nname = \"ada\"\nid = \"") + kAda + "\"\nsip = \"" + ada.contact() + "\"\n";
  const std::string toml = test_toml(bot, dir.path() / "data", user);
  auto server = std::make_unique<ServerProcess>(toml, dir.path());
  SipPhone phone(server->at().sip);
  phone.send_invite("ivr", phone.sdp());
  const std::string call = bot.wait_incoming();
  ApiClient api(server->at().http, token_for(server->at()));
  const std::string body = R"({"targets":[{"identity":{"user":{"id":")" + std::string(kAda) + R"("}}}]})";
  ASSERT_EQ(api.request("POST", "/" + call + "/redirect", body).status(), 202);
  ASSERT_TRUE(ada.wait_invite());
  ada.answer();
  ASSERT_TRUE(ada.wait_request("ACK"));
  ASSERT_TRUE(phone.wait_status(200, "INVITE"));
  phone.send_ack();
  ASSERT_TRUE(bot.wait_state("terminated"));
  server->signal(SIGKILL);
  server->wait();
  server = std::make_unique<ServerProcess>(toml, dir.path());
  EXPECT_TRUE(phone.wait_request("BYE"));
  EXPECT_TRUE(ada.wait_request("BYE"));
  std::set<std::string> numbers;  // one may come twice, under the same number
  for (const Heard& heard : bot.heard()) {
    if (heard.change() == "deleted") numbers.insert(heard.text("@odata.etag"));
  }
  EXPECT_EQ(numbers.size(), 1u);
}

}  // namespace
}  // namespace tonearm::testing
