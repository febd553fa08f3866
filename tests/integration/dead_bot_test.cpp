// design.md §8: a dead bot does not hold a caller, on real sockets. The same on a moved clock:
// src/call/incoming_test.cpp and src/notify/delivery_test.cpp.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventually.hpp"
#include "prompt_source.hpp"
#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

using ::testing::HasSubstr;

int never(const Heard&) {
  return 0;
}
int take_all(const Heard&) {
  return 202;
}

/// An application whose webhook is `url` and which is called by its name.
void set_up(config::ApplicationSettings& application, const std::string& url, const std::string& fallback) {
  application.webhook = url;
  application.addresses = {application.name};
  application.fallback = fallback;
}

/// The final answer to a call that somebody else sends meanwhile.
struct Offered {
  Offered(const Listeners& at, const std::string& user) : phone(at.sip) {
    phone.send_invite(user, phone.sdp());
  }
  SipText final() { return phone.wait_final("INVITE").value_or(SipText{}); }
  SipPhone phone;
};

TEST(DeadBot, an_incoming_call_falls_back_if_its_webhook_hangs_cannot_be_reached_or_refuses) {
  TempDir dir;
  Bot hangs;
  hangs.answer_with(never);
  Bot refuses;
  refuses.answer_with([](const Heard& h) { return h.text("state") == "incoming" ? 403 : 202; });
  const std::string nobody = "http://127.0.0.1:" + std::to_string(PromptSource().port()) + "/calls";
  auto settings = test_settings(hangs, dir.path());
  settings.notifications.timeout = 1s;
  set_up(settings.applications[0], hangs.url(), "503");
  set_up(settings.applications[1], nobody, "sip:desk@example.com");
  set_up(settings.applications[2], refuses.url(), "sip:desk@example.com");
  LocalServer server(std::move(settings));
  Offered to_hanging(server.at(), "ivr");
  Offered to_nobody(server.at(), "other");
  Offered to_refusing(server.at(), "stranger");

  const SipText refused = to_refusing.final();
  EXPECT_EQ(refused.status(), 302);
  EXPECT_THAT(refused.header("Contact"), HasSubstr("sip:desk@example.com"));
  const auto told = refuses.wait_state("terminated");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->data().at("resultInfo").at("code").to_number<int>(), 503);

  EXPECT_EQ(to_hanging.final().status(), 503);
  const SipText unreachable = to_nobody.final();
  EXPECT_EQ(unreachable.status(), 302);
  EXPECT_THAT(unreachable.header("Contact"), HasSubstr("sip:desk@example.com"));
}

/// What the record of a call says of its end; nothing if there is none yet.
std::string recorded_end(const Listeners& at, const std::string& call) {
  const auto page = ApiClient(at.admin, kAdminToken, "/tonearm").get("/records").json();
  for (const auto& record : page.at("records").as_array()) {
    if (record.at("call").as_string() != std::string_view(call)) continue;
    return std::to_string(record.at("code").to_number<int>()) + "/" +
           std::to_string(record.at("subcode").to_number<int>());
  }
  return "";
}

/// The record is written with the call's last commit, behind its metrics.
std::string end_of(const Listeners& at, const std::string& call) {
  std::string end;
  EXPECT_TRUE(eventually([&] { return !(end = recorded_end(at, call)).empty(); }));
  return end;
}

TEST(DeadBot, a_call_whose_oldest_notification_is_undelivered_or_parked_for_too_long_ends_with_a_bye) {
  TempDir dir;
  Bot silent;
  Bot refusing;
  auto settings = test_settings(silent, dir.path());
  settings.notifications.timeout = 1s;
  settings.notifications.dead_bot_after = 2s;
  set_up(settings.applications[1], refusing.url(), "");
  LocalServer server(std::move(settings));
  LiveCall to_silent(server.at(), silent);
  LiveCall to_refusing(server.at(), refusing, "/v1.0/communications/calls",
                       token_for(server.at(), kOtherApplication), "other");
  LiveCall well(server.at(), silent);
  silent.answer_with([&](const Heard& h) { return h.url().find(well.id) == std::string::npos ? 0 : 202; });
  refusing.answer_with([](const Heard&) { return 404; });
  for (LiveCall* call : {&to_silent, &to_refusing, &well}) {
    call->bot.serve("/short.wav", tone_wav(440, 0.1));
    EXPECT_EQ(call->api.play(call->id, call->bot.url("/short.wav")).status(), 200);
  }
  EXPECT_TRUE(to_silent.phone.wait_request("BYE"));
  EXPECT_TRUE(to_refusing.phone.wait_request("BYE"));
  EXPECT_TRUE(wait_metric(server.at(), R"(tonearm_calls_ended_total{code="408",subcode="9997"})", 2));
  EXPECT_EQ(end_of(server.at(), to_silent.id), "408/9997");
  EXPECT_EQ(end_of(server.at(), to_refusing.id), "408/9997");
  EXPECT_EQ(well.api.get("/" + well.id).text("state"), "established");

  silent.answer_with(take_all);
  const auto told = silent.wait_state("terminated");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->data().at("resultInfo").at("subcode").to_number<int>(), 9997);
}

}  // namespace
}  // namespace tonearm::testing
