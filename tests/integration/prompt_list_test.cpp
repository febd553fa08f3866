// operations.md §1: the prompts of one play, and the prompts of plays in a row.

#include <atomic>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prompt_source.hpp"
#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// 8 kHz WAV of one value throughout: as G.711 it is one byte again and again, which tells prompts apart.
std::string flat_wav(std::int16_t value, double seconds) {
  std::string wav = tone_wav(0, seconds, 8000);
  for (std::size_t at = 44; at < wav.size(); at += sizeof value)
    std::memcpy(wav.data() + at, &value, sizeof value);
  return wav;
}

/// What was heard: the byte of each prompt, and how many packets of it came in a row without a gap.
std::vector<std::pair<int, int>> runs(const std::vector<HeardPacket>& packets, std::size_t from) {
  std::vector<std::pair<int, int>> found;
  std::uint16_t last = 0;
  for (std::size_t at = from; at < packets.size(); ++at) {
    const HeardPacket& packet = packets[at];
    if (!packet.voiced()) continue;
    const int byte = packet.payload.at(0);
    const bool follows = packet.sequence == static_cast<std::uint16_t>(last + 1);
    if (!found.empty() && found.back().first == byte && follows)
      ++found.back().second;
    else
      found.emplace_back(byte, 1);
    last = packet.sequence;
  }
  return found;
}

class PromptListTest : public ::testing::Test {
 protected:
  explicit PromptListTest(std::chrono::milliseconds timeout = 10s) {
    auto settings = test_settings(bot, dir.path());
    settings.prompts.timeout = timeout;
    server.emplace(std::move(settings));
  }

  MediaPrompt prompt(const std::string& path, int loop = 0) const {
    return {.uri = source.url(path), .loop = loop};
  }
  static int sent_ms(const Heard& end) { return end.data().at("@tonearm.sentMs").to_number<int>(); }
  static int subcode(const Heard& end) { return end.data().at("resultInfo").at("subcode").to_number<int>(); }
  static std::string message(const Heard& end) {
    return std::string(end.data().at("resultInfo").at("message").as_string());
  }

  TempDir dir;
  Bot bot;
  PromptSource source;
  std::optional<LocalServer> server;
};

TEST_F(PromptListTest, twenty_prompts_are_played_in_order_as_one_operation) {
  std::vector<MediaPrompt> prompts;
  for (int i = 1; i <= 20; ++i) {
    const std::string path = "/" + std::to_string(i) + ".wav";
    source.serve(path, flat_wav(static_cast<std::int16_t>(i * 1500), 0.04));
    prompts.push_back(prompt(path));
  }
  LiveCall call(server->at(), bot);
  const std::size_t before = call.phone.rtp().count();
  const auto play = call.api.play_list(call.id, prompts);
  ASSERT_EQ(play.status(), 200) << play.response.body;
  const auto end = bot.wait_operation_end(play.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text("status"), "completed");
  EXPECT_EQ(sent_ms(*end), 800);
  ASSERT_TRUE(call.phone.rtp().wait_voiced_from(before, 40));
  const auto heard = runs(call.phone.rtp().heard(), before);
  ASSERT_EQ(heard.size(), 20u);
  for (std::size_t i = 0; i < heard.size(); ++i) {
    EXPECT_EQ(heard[i].second, 2) << i;
    // Louder means smaller in µ-law's upper half.
    if (i == 0) continue;
    EXPECT_LT(heard[i].first, heard[i - 1].first) << i;
  }
}

TEST_F(PromptListTest, twenty_one_are_refused_and_so_is_none) {
  source.serve("/a.wav", flat_wav(8000, 0.04));
  LiveCall call(server->at(), bot);
  const auto refused = call.api.play_list(call.id, std::vector(21, prompt("/a.wav")));
  EXPECT_EQ(refused.status(), 400);
  EXPECT_THAT(refused.response.body, HasSubstr("prompts"));
  EXPECT_EQ(call.api.play_list(call.id, {}).status(), 400);
  const auto good = call.api.play_list(call.id, {prompt("/a.wav")});
  EXPECT_EQ(good.text("status"), "running");
  EXPECT_FALSE(good.json().contains("@tonearm.queuePosition")) << "nothing of the refused is queued";
  ASSERT_TRUE(bot.wait_operation_end(good.id()));
  EXPECT_EQ(source.requests("/a.wav").size(), 1u);
}

TEST_F(PromptListTest, on_beta_each_prompt_is_repeated_as_its_loop_says) {
  source.serve("/a.wav", flat_wav(4000, 0.06));
  source.serve("/b.wav", flat_wav(16000, 0.04));
  LiveCall call(server->at(), bot, "/beta/communications/calls");
  const std::size_t before = call.phone.rtp().count();
  const auto play = call.api.play_list(call.id, {prompt("/a.wav", 3), prompt("/b.wav"), prompt("/a.wav", 1)});
  const auto end = bot.wait_operation_end(play.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text("status"), "completed");
  EXPECT_EQ(sent_ms(*end), 3 * 60 + 40 + 60);
  ASSERT_TRUE(call.phone.rtp().wait_voiced_from(before, 14));
  const auto heard = runs(call.phone.rtp().heard(), before);
  ASSERT_EQ(heard.size(), 3u);
  EXPECT_EQ(heard[0].second, 9);
  EXPECT_EQ(heard[1].second, 2);
  EXPECT_EQ(heard[2], std::pair(heard[0].first, 3));
}

TEST_F(PromptListTest, on_v1_0_a_prompts_loop_is_unknown_and_so_ignored) {
  source.serve("/a.wav", flat_wav(4000, 0.06));
  LiveCall call(server->at(), bot);
  const auto end = bot.wait_operation_end(call.api.play_list(call.id, {prompt("/a.wav", 3)}).id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text("status"), "completed");
  EXPECT_EQ(sent_ms(*end), 60);
}

TEST_F(PromptListTest, prompts_before_an_unreadable_one_are_played_and_counted_then_the_operation_fails) {
  source.serve("/a.wav", flat_wav(4000, 0.06));
  source.serve("/b.wav", flat_wav(8000, 0.04));
  source.serve("/text.wav", "this is no sound");
  LiveCall call(server->at(), bot);
  const std::size_t before = call.phone.rtp().count();
  const std::pair<const char*, int> bad[] = {{"/text.wav", 8535}, {"/missing.wav", 8536}};
  for (const auto& [path, expected] : bad) {
    const auto play =
        call.api.play_list(call.id, {prompt("/a.wav"), prompt("/b.wav"), prompt(path), prompt("/a.wav")});
    const auto end = bot.wait_operation_end(play.id());
    ASSERT_TRUE(end);
    EXPECT_EQ(end->text("status"), "failed");
    EXPECT_EQ(subcode(*end), expected);
    EXPECT_EQ(sent_ms(*end), 100);
  }
  ASSERT_TRUE(call.phone.rtp().wait_voiced_from(before, 10));
  std::vector<int> counts;
  for (const auto& [byte, packets] : runs(call.phone.rtp().heard(), before)) counts.push_back(packets);
  EXPECT_THAT(counts, ElementsAre(3, 2, 3, 2));
}

TEST_F(PromptListTest, an_unreadable_first_prompt_leaves_nothing_to_play) {
  source.serve("/a.wav", flat_wav(4000, 0.06));
  LiveCall call(server->at(), bot);
  const std::size_t before = call.phone.rtp().count();
  const auto play = call.api.play_list(call.id, {prompt("/missing.wav"), prompt("/a.wav")});
  const auto end = bot.wait_operation_end(play.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text("status"), "failed");
  EXPECT_EQ(subcode(*end), 8536);
  EXPECT_EQ(sent_ms(*end), 0);
  EXPECT_EQ(call.phone.rtp().voiced_from(before), 0u);
}

TEST_F(PromptListTest, what_plays_is_not_disturbed_by_bad_ones_behind_it_and_a_good_one_follows_them) {
  source.serve("/a.wav", flat_wav(4000, 0.6));
  source.serve("/b.wav", flat_wav(16000, 0.1));
  source.serve("/text.wav", "this is no sound");
  source.script("/reset.wav", [](const HttpMessage&, PromptPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nRIFF");
    peer.reset();
  });
  LiveCall call(server->at(), bot);
  const std::size_t before = call.phone.rtp().count();
  std::vector<std::string> ids{call.api.play_list(call.id, {prompt("/a.wav")}).id()};
  ASSERT_TRUE(call.phone.rtp().wait_voiced_from(before, 1));
  for (const char* path : {"/text.wav", "/missing.wav", "/reset.wav", "/b.wav"})
    ids.push_back(call.api.play_list(call.id, {prompt(path)}).id());
  std::vector<std::string> statuses;
  std::vector<std::string> order;
  for (const std::string& id : ids) {
    const auto end = bot.wait_operation_end(id);
    ASSERT_TRUE(end);
    statuses.push_back(end->text("status"));
  }
  EXPECT_THAT(statuses, ElementsAre("completed", "failed", "failed", "failed", "completed"));
  for (const auto& heard : bot.heard())
    if (heard.change() == "deleted") order.push_back(heard.text("id"));
  EXPECT_EQ(order, ids) << "endings come in queue order";
  ASSERT_TRUE(call.phone.rtp().wait_voiced_from(before, 35));
  const auto heard = runs(call.phone.rtp().heard(), before);
  ASSERT_EQ(heard.size(), 2u) << "one of them has a gap, or something else was heard";
  EXPECT_EQ(heard[0].second, 30);
  EXPECT_EQ(heard[1].second, 5);
}

/// The shortest time to fetch a prompt that still lets a good one through on a busy machine.
class ImpatientListTest : public PromptListTest {
 protected:
  ImpatientListTest() : PromptListTest(800ms) {}
};

TEST_F(ImpatientListTest, a_later_prompt_that_does_not_come_leaves_silence_then_the_operation_fails) {
  source.serve("/a.wav", flat_wav(4000, 0.06));
  source.serve("/late.wav", flat_wav(8000, 0.06));
  source.hold("/late.wav");
  LiveCall call(server->at(), bot);
  const std::size_t before = call.phone.rtp().count();
  const auto end =
      bot.wait_operation_end(call.api.play_list(call.id, {prompt("/a.wav"), prompt("/late.wav")}).id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text("status"), "failed");
  EXPECT_EQ(subcode(*end), 8536);
  EXPECT_THAT(message(*end), ::testing::EndsWith("timed out"));
  EXPECT_EQ(sent_ms(*end), 60);
  EXPECT_EQ(call.phone.rtp().voiced_from(before), 3u);
}

TEST_F(PromptListTest, cancel_and_hang_up_give_a_download_up) {
  std::atomic<int> given_up = 0;
  source.script("/slow.wav", [&](const HttpMessage&, PromptPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nRIFF");
    if (peer.given_up()) ++given_up;
    given_up.notify_all();
    peer.close();
  });
  LiveCall call(server->at(), bot);
  const auto cancelled = call.api.play_list(call.id, {prompt("/slow.wav")});
  ASSERT_TRUE(source.wait_requests("/slow.wav", 1));
  EXPECT_EQ(call.api.cancel(call.id).status(), 200);
  const auto end = bot.wait_operation_end(cancelled.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(subcode(*end), 8508);
  given_up.wait(0);
  EXPECT_EQ(given_up, 1);
  call.api.play_list(call.id, {prompt("/slow.wav")});
  ASSERT_TRUE(source.wait_requests("/slow.wav", 2));
  EXPECT_EQ(call.api.hang_up(call.id).status(), 204);
  given_up.wait(1);
  EXPECT_EQ(given_up, 2);
}

}  // namespace
}  // namespace tonearm::testing
