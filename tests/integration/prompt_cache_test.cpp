// operations.md §1, design.md §7: a prompt is fetched once. Seen from its source: what is asked for, and how.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prompt_source.hpp"
#include "server_fixture.hpp"
#include "sip_callee.hpp"

namespace tonearm::testing {
namespace {

constexpr const char* kHello = "/hello.wav";
constexpr const char* kCallee = "00000000-0000-4000-8000-000000000101";
constexpr const char* kGraph = "/v1.0/communications/calls";

config::Settings with_another_bot(const Bot& bot, const TempDir& dir, const SipCallee& callee) {
  auto settings = test_settings(bot, dir.path());
  settings.applications[1].webhook = bot.url();
  settings.applications[1].addresses = {"other"};
  add_user(settings, kCallee, callee.contact());
  return settings;
}

class PromptCacheTest : public ::testing::Test {
 protected:
  /// Plays it to its end; what was sent of it [ms], or −1 with the message in the test's output.
  int heard_of(LiveCall& call, const MediaPrompt& prompt) {
    const auto end = bot.wait_operation_end(call.api.play_list(call.id, {prompt}).id());
    if (!end || end->text("status") != "completed") {
      ADD_FAILURE() << (end ? end->request.body : "no ending");
      return -1;
    }
    return end->data().at("@tonearm.sentMs").to_number<int>();
  }
  std::string asked_with(std::size_t request, const std::string& header) const {
    const auto all = source.requests(kHello);
    return request < all.size() ? all[request].header(header) : "not asked";
  }
  std::size_t times_asked(const std::string& path = kHello) const { return source.requests(path).size(); }
  /// A call that rings, its answer naming what to fetch ahead; `audio` is the caller's part.
  std::string answered_with_prefetch(SipPhone& phone, ApiClient& api, const MediaPrompt& prompt) {
    phone.send_invite("ivr", phone.sdp());
    const std::string id = bot.wait_incoming();
    EXPECT_EQ(api.answer(id, bot.url(), {prompt}).status(), 202);
    EXPECT_TRUE(phone.wait_status(200, "INVITE"));
    return id;
  }
  int sent_of(const ApiAnswer& play) {
    const auto end = bot.wait_operation_end(play.id());
    if (!end || end->text("status") != "completed") return -1;
    return end->data().at("@tonearm.sentMs").to_number<int>();
  }

  TempDir dir;
  Bot bot;
  PromptSource source;
  SipCallee callee;
  LocalServer server{with_another_bot(bot, dir, callee)};
};

TEST_F(PromptCacheTest, what_the_answer_names_is_fetched_before_the_call_is_up_and_played_without_asking) {
  source.serve(kHello, tone_wav(440, 0.1));
  SipPhone phone(server.at().sip);
  ApiClient api(server.at().http, token_for(server.at()));
  const MediaPrompt hello{source.url(kHello), "hello"};
  const std::string id = answered_with_prefetch(phone, api, hello);
  ASSERT_TRUE(wait_metric(server.at(), "tonearm_prompt_cache_bytes", 1));
  source.hold(kHello);  // whoever asks now, waits
  phone.send_ack();
  ASSERT_TRUE(bot.wait_audio());
  EXPECT_EQ(sent_of(api.play_list(id, {hello})), 100);
  EXPECT_EQ(times_asked(), 1u);
  EXPECT_TRUE(phone.rtp().wait_voiced_from(0, 5));
}

TEST_F(PromptCacheTest, what_a_created_call_names_is_fetched_while_it_rings_and_played_without_asking) {
  source.serve(kHello, tone_wav(440, 0.1));
  ApiClient api(server.at().http, token_for(server.at()));
  const MediaPrompt hello{source.url(kHello), "hello"};
  const auto created = api.request(
      "POST", "",
      R"({"@odata.type":"#microsoft.graph.call","callbackUri":")" + bot.url() +
          R"(","targets":[{"identity":{"user":{"id":")" + kCallee +
          R"("}}}],"requestedModalities":["audio"],)"
          R"("mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig","preFetchMedia":[)" +
          media_infos({hello}) + "]}}");
  ASSERT_EQ(created.status(), 201) << created.response.body;
  ASSERT_TRUE(callee.wait_invite());
  ASSERT_TRUE(wait_metric(server.at(), "tonearm_prompt_cache_bytes", 1));
  source.hold(kHello);
  callee.answer();
  ASSERT_TRUE(bot.wait_audio());
  EXPECT_EQ(sent_of(api.play_list(created.id(), {hello})), 100);
  EXPECT_EQ(times_asked(), 1u);
}

TEST_F(PromptCacheTest, a_play_joins_a_prefetch_that_is_under_way) {
  source.serve(kHello, tone_wav(440, 0.1));
  source.hold(kHello);
  SipPhone phone(server.at().sip);
  ApiClient api(server.at().http, token_for(server.at()));
  const std::string id = answered_with_prefetch(phone, api, {source.url(kHello)});
  ASSERT_TRUE(source.wait_requests(kHello, 1));
  phone.send_ack();
  ASSERT_TRUE(bot.wait_audio());
  const auto play = api.play_list(id, {{source.url(kHello)}});
  ASSERT_EQ(play.status(), 200);
  source.release(kHello);
  EXPECT_EQ(sent_of(play), 100);
  EXPECT_EQ(times_asked(), 1u);
}

TEST_F(PromptCacheTest, a_prefetch_with_a_validator_only_is_asked_whether_it_is_still_good) {
  source.serve(kHello, tone_wav(440, 0.1), "ETag: \"v1\"\r\n");
  SipPhone phone(server.at().sip);
  ApiClient api(server.at().http, token_for(server.at()));
  const std::string id = answered_with_prefetch(phone, api, {source.url(kHello)});
  ASSERT_TRUE(wait_metric(server.at(), "tonearm_prompt_cache_bytes", 1));
  phone.send_ack();
  ASSERT_TRUE(bot.wait_audio());
  EXPECT_EQ(sent_of(api.play_list(id, {{source.url(kHello)}})), 100);
  EXPECT_EQ(asked_with(1, "if-none-match"), "\"v1\"");
  EXPECT_TRUE(wait_metric(server.at(), "tonearm_prompt_validated_total", 1));
}

TEST_F(PromptCacheTest, a_prefetch_that_fails_says_nothing_and_the_play_asks_again) {
  SipPhone phone(server.at().sip);
  ApiClient api(server.at().http, token_for(server.at()));
  const MediaPrompt hello{source.url(kHello), "hello"};
  const std::string id = answered_with_prefetch(phone, api, hello);
  ASSERT_TRUE(wait_metric(server.at(), "tonearm_prompt_failures_total", 1));
  source.serve(kHello, tone_wav(440, 0.1));
  phone.send_ack();
  ASSERT_TRUE(bot.wait_audio());
  EXPECT_EQ(sent_of(api.play_list(id, {hello})), 100);
  EXPECT_EQ(times_asked(), 2u);
  for (const auto& heard : bot.heard())
    EXPECT_THAT(heard.text("state") + heard.text("status"),
                ::testing::AnyOf("incoming", "establishing", "established", "completed"));
}

TEST_F(PromptCacheTest, second_play_asks_if_none_match_and_304_plays_what_is_kept) {
  for (const char* etag : {"\"v1\"", "W/\"v2\""}) {
    source.serve(kHello, tone_wav(440, 0.1), std::string("ETag: ") + etag + "\r\n");
    LiveCall call(server.at(), bot);
    const std::size_t before = times_asked();
    EXPECT_EQ(heard_of(call, {source.url(kHello)}), 100);
    EXPECT_EQ(heard_of(call, {source.url(kHello)}), 100);
    EXPECT_TRUE(call.phone.rtp().wait_voiced_from(0, 10));
    EXPECT_EQ(asked_with(before + 1, "if-none-match"), etag);
    EXPECT_EQ(asked_with(before + 1, "if-modified-since"), "");
    EXPECT_EQ(times_asked(), before + 2);
  }
  EXPECT_TRUE(wait_metric(server.at(), "tonearm_prompt_validated_total", 2));
}

TEST_F(PromptCacheTest, second_play_asks_if_modified_since_and_304_plays_what_is_kept) {
  const std::string date = "Sat, 28 Nov 2026 10:00:00 GMT";
  source.serve(kHello, tone_wav(440, 0.1), "Last-Modified: " + date + "\r\n");
  LiveCall call(server.at(), bot);
  EXPECT_EQ(heard_of(call, {source.url(kHello)}), 100);
  EXPECT_EQ(heard_of(call, {source.url(kHello)}), 100);
  EXPECT_EQ(asked_with(0, "if-modified-since"), "");
  EXPECT_EQ(asked_with(1, "if-modified-since"), date);
  EXPECT_EQ(asked_with(1, "if-none-match"), "");
  EXPECT_TRUE(wait_metric(server.at(), "tonearm_prompt_validated_total", 1));
}

TEST_F(PromptCacheTest, both_validators_are_sent_if_the_source_gave_both) {
  const std::string date = "Sat, 28 Nov 2026 10:00:00 GMT";
  source.serve(kHello, tone_wav(440, 0.1), "ETag: \"v1\"\r\nLast-Modified: " + date + "\r\n");
  LiveCall call(server.at(), bot);
  EXPECT_EQ(heard_of(call, {source.url(kHello)}), 100);
  EXPECT_EQ(heard_of(call, {source.url(kHello)}), 100);
  EXPECT_EQ(asked_with(1, "if-none-match"), "\"v1\"");
  EXPECT_EQ(asked_with(1, "if-modified-since"), date);
}

TEST_F(PromptCacheTest, a_changed_file_is_played_and_asked_for_by_its_own_validator) {
  LiveCall call(server.at(), bot);
  source.serve(kHello, tone_wav(440, 0.1), "ETag: \"v1\"\r\n");
  EXPECT_EQ(heard_of(call, {source.url(kHello)}), 100);
  source.serve(kHello, tone_wav(440, 0.2), "ETag: \"v2\"\r\n");
  EXPECT_EQ(heard_of(call, {source.url(kHello)}), 200);
  EXPECT_EQ(heard_of(call, {source.url(kHello)}), 200);
  EXPECT_EQ(asked_with(1, "if-none-match"), "\"v1\"");
  EXPECT_EQ(asked_with(2, "if-none-match"), "\"v2\"");
}

TEST_F(PromptCacheTest, without_a_validator_and_a_resource_id_it_is_fetched_each_time) {
  LiveCall call(server.at(), bot);
  source.serve(kHello, tone_wav(440, 0.1));
  EXPECT_EQ(heard_of(call, {source.url(kHello)}), 100);
  source.serve(kHello, tone_wav(440, 0.2));
  EXPECT_EQ(heard_of(call, {source.url(kHello)}), 200);
  EXPECT_EQ(times_asked(), 2u);
  EXPECT_EQ(asked_with(1, "if-none-match") + asked_with(1, "if-modified-since"), "");
}

TEST_F(PromptCacheTest, a_validator_that_goes_away_is_not_sent_any_more) {
  LiveCall call(server.at(), bot);
  source.serve(kHello, tone_wav(440, 0.1), "ETag: \"v1\"\r\n");
  EXPECT_EQ(heard_of(call, {source.url(kHello)}), 100);
  source.serve(kHello, tone_wav(440, 0.2));
  EXPECT_EQ(heard_of(call, {source.url(kHello)}), 200);
  EXPECT_EQ(heard_of(call, {source.url(kHello)}), 200);
  EXPECT_EQ(asked_with(2, "if-none-match"), "");
}

TEST_F(PromptCacheTest, the_same_application_uri_and_resource_id_is_played_again_without_asking) {
  source.serve(kHello, tone_wav(440, 0.1), "ETag: \"v1\"\r\n");
  {
    LiveCall call(server.at(), bot);
    EXPECT_EQ(heard_of(call, {source.url(kHello), "r"}), 100);
    EXPECT_EQ(heard_of(call, {source.url(kHello), "r"}), 100);
  }
  LiveCall another(server.at(), bot);
  EXPECT_EQ(heard_of(another, {source.url(kHello), "r"}), 100);
  EXPECT_EQ(times_asked(), 1u);
  EXPECT_EQ(heard_of(another, {source.url(kHello)}), 100) << "without it the source is asked";
  EXPECT_EQ(times_asked(), 2u);
}

TEST_F(PromptCacheTest, a_resource_id_of_another_uri_is_not_shared) {
  source.serve(kHello, tone_wav(440, 0.1));
  source.serve("/other.wav", tone_wav(440, 0.2));
  LiveCall call(server.at(), bot);
  EXPECT_EQ(heard_of(call, {source.url(kHello), "r"}), 100);
  EXPECT_EQ(heard_of(call, {source.url("/other.wav"), "r"}), 200);
  EXPECT_EQ(times_asked("/other.wav"), 1u);
}

TEST_F(PromptCacheTest, a_resource_id_of_another_application_is_not_shared) {
  source.serve(kHello, tone_wav(440, 0.1));
  LiveCall call(server.at(), bot);
  EXPECT_EQ(heard_of(call, {source.url(kHello), "r"}), 100);
  source.serve(kHello, tone_wav(440, 0.2));
  LiveCall other(server.at(), bot, kGraph, token_for(server.at(), kOtherApplication), "other");
  EXPECT_EQ(heard_of(other, {source.url(kHello), "r"}), 200);
  EXPECT_EQ(heard_of(other, {source.url(kHello), "r"}), 200);
  EXPECT_EQ(heard_of(call, {source.url(kHello), "r"}), 100) << "each has what it fetched";
  EXPECT_EQ(times_asked(), 2u);
}

}  // namespace
}  // namespace tonearm::testing
