// Graph's documented cancelMediaProcessing page, replayed over a socket. Each deviation of ours is an
// assertion of its own (docs/deviations.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// The page's request body, to the byte.
constexpr const char* kPageBody = "{\n  \"clientContext\": \"clientContext-value\"\n}";
constexpr const char* kDashedId = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

class CancelPage : public ::testing::TestWithParam<const char*> {
 protected:
  TempDir dir;
  Bot bot;
  LocalServer server{settings()};

  config::Settings settings() {
    auto settings = test_settings(bot, dir.path());
    settings.http.timeout = 1s;
    return settings;
  }

  void SetUp() override { bot.serve("/long.wav", tone_wav(440, 8.0)); }

  std::string page_request(const LiveCall& call, std::size_t content_length) const {
    return std::string("POST ") + GetParam() + "/" + call.id +
           "/cancelMediaProcessing HTTP/1.1\r\nHost: " + server.at().http.to_string() +
           "\r\nAuthorization: Bearer " + call.api.token() +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(content_length) +
           "\r\n\r\n" + kPageBody;
  }
};

INSTANTIATE_TEST_SUITE_P(BothVersionsAndRoots, CancelPage,
                         ::testing::Values("/beta/communications/calls", "/v1.0/communications/calls",
                                           "/beta/app/calls", "/v1.0/app/calls"));

TEST_P(CancelPage,
       the_printed_content_length_is_longer_than_the_body_and_so_times_out_with_408_and_no_effect) {
  LiveCall call(server.at(), bot, GetParam());
  call.api.play(call.id, bot.url("/long.wav"));
  ASSERT_TRUE(call.phone.rtp().wait_voiced(3));
  const auto late = call.api.raw(page_request(call, 62));
  EXPECT_EQ(late.status(), 408);
  EXPECT_EQ(late.json().at("error").at("code").as_string(), "BadRequest");
  EXPECT_TRUE(call.phone.rtp().wait_voiced(5));
}

TEST_P(CancelPage, the_answer_has_the_pages_members_and_our_deviations_one_by_one) {
  LiveCall call(server.at(), bot, GetParam());
  const auto play = call.api.play(call.id, bot.url("/long.wav"), "d45324c1-fcb5-430a-902c-f20af696537c");
  ASSERT_TRUE(call.phone.rtp().wait_voiced(3));
  const auto cancel = call.api.raw(page_request(call, std::string(kPageBody).size()));

  // As printed.
  EXPECT_EQ(cancel.response.start_line, "HTTP/1.1 200 OK");
  EXPECT_THAT(cancel.response.header("content-type"), HasSubstr("application/json"));
  EXPECT_EQ(cancel.response.header("content-length"), std::to_string(cancel.response.body.size()));
  EXPECT_EQ(cancel.text("@odata.type"), "#microsoft.graph.cancelMediaProcessingOperation");
  EXPECT_EQ(cancel.text("status"), "completed");
  // DEVIATES: the page's Location and body name different ids; ours are one new id.
  const std::string version = std::string(GetParam()).substr(0, std::string(GetParam()).find('/', 1));
  EXPECT_EQ(cancel.response.header("location"), "http://" + server.at().http.to_string() + version +
                                                    "/communications/calls/" + call.id + "/operations/" +
                                                    cancel.id());
  EXPECT_NE(cancel.id(), play.id());
  EXPECT_THAT(cancel.id(), MatchesRegex(kDashedId));
  // DEVIATES: the page answers with another clientContext than it was asked with; ours is echoed.
  EXPECT_EQ(cancel.text("clientContext"), "clientContext-value");
  // DEVIATES: members of ours.
  EXPECT_TRUE(cancel.json().contains("@tonearm.stopMicroseconds"));
  EXPECT_TRUE(cancel.json().contains("@tonearm.cancelled"));

  const auto end = bot.wait_operation_end(play.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->notification.at("@odata.type").as_string(), "#microsoft.graph.commsNotification");
  EXPECT_EQ(end->text("@odata.type"), "#microsoft.graph.playPromptOperation");
  EXPECT_EQ(end->text("clientContext"), "d45324c1-fcb5-430a-902c-f20af696537c");
  EXPECT_EQ(end->text("status"), "failed");
  EXPECT_EQ(end->text("completionReason"), "mediaOperationCanceled");
  const auto& result = end->data().at("resultInfo").as_object();
  EXPECT_EQ(result.at("code").to_number<int>(), 400);
  EXPECT_EQ(result.at("subcode").to_number<int>(), 8508);
  EXPECT_EQ(result.at("message").as_string(), "Action failed, the operation was cancelled.");
  // DEVIATES: the page prints undashed upper-case ids in paths; ours are dashed lower case everywhere.
  const std::string path = "/communications/calls/" + call.id + "/operations/" + play.id();
  EXPECT_EQ(end->url(), path);
  EXPECT_EQ(end->text("@odata.id"), path);
  EXPECT_THAT(end->text("@odata.etag"), MatchesRegex("W/\"[0-9]+\""));
  // DEVIATES: the older alias travels beside it, as it does in real traffic.
  EXPECT_EQ(end->notification.at("resource").as_string(),
            "/app/calls/" + call.id + "/operations/" + play.id());
}

}  // namespace
}  // namespace tonearm::testing
