#include "cli/caller/caller.hpp"

#include <condition_variable>
#include <future>
#include <mutex>

#include <gtest/gtest.h>

#include "cli/caller/test_hum.hpp"

namespace tonearm::cli {
namespace {

using Kind = CallProgress::Kind;

/// One telephone's progress, to be waited for.
class Progress {
 public:
  std::function<void(const CallProgress&)> handler() {
    return [this](const CallProgress& progress) {
      const std::lock_guard lock(mutex_);
      seen_.push_back(progress);
      changed_.notify_all();
    };
  }
  std::optional<CallProgress> wait_for(Kind kind) {
    std::unique_lock lock(mutex_);
    std::optional<CallProgress> found;
    changed_.wait_for(lock, std::chrono::seconds(30), [&] {
      for (const CallProgress& progress : seen_) {
        if (progress.kind == kind) found = progress;
      }
      return found.has_value();
    });
    return found;
  }

 private:
  std::mutex mutex_;  // guards seen_
  std::condition_variable changed_;
  std::vector<CallProgress> seen_;
};

TEST(caller, two_talk_until_one_hangs_up_and_a_third_is_refused) {
  Progress adas, bobs, eves;
  std::promise<void> voice_heard;
  const Samples voice = hum(0.2);
  const auto ada =
      Caller::listen({.uri = "sip:ada@127.0.0.1:15274",
                      .from = {},
                      .script = {},
                      .on_progress = adas.handler(),
                      .on_packet = [&, sound = std::size_t{0}](const HeardPacket& packet) mutable {
                        if (!packet.silence && ++sound == 8) voice_heard.set_value();
                      }});
  ASSERT_TRUE(ada) << ada.error().message();
  EXPECT_EQ((*ada)->address(), "127.0.0.1:15274");
  const Caller::Setup setup{.uri = "sip:ada@127.0.0.1:15274",
                            .from = "sip:bob@example.com",
                            .script = {.voice = voice, .keys = {}},
                            .on_progress = bobs.handler(),
                            .on_packet = {}};
  const auto bob = Caller::dial(setup);
  ASSERT_TRUE(bob) << bob.error().message();
  ASSERT_TRUE(bobs.wait_for(Kind::answered));
  EXPECT_NE(bobs.wait_for(Kind::answered)->text.find("PCMU to 127.0.0.1:"), std::string::npos);
  ASSERT_EQ(voice_heard.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);

  Caller::Setup another = setup;
  another.on_progress = eves.handler();
  const auto eve = Caller::dial(another);
  ASSERT_TRUE(eve);
  const auto refused = eves.wait_for(Kind::refused);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 486);

  (*bob)->hang_up();
  const auto end = adas.wait_for(Kind::hung_up);
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->by_far_end);
  ASSERT_TRUE(bobs.wait_for(Kind::hung_up));
  EXPECT_FALSE(bobs.wait_for(Kind::hung_up)->by_far_end);
  (*ada)->stop();
  EXPECT_GT(
      similarity(loudspeaker((*ada)->line().heard(), (*ada)->line().heard().front().arrived_ns), voice, 400),
      0.99);
}

TEST(caller, two_that_listen_at_any_free_port_do_not_meet) {
  const auto listen = [] {
    return Caller::listen({.uri = "sip:ada@127.0.0.1",
                           .from = {},
                           .script = {},
                           .on_progress = {},
                           .on_packet = {},
                           .port = 0});
  };
  const auto ada = listen();
  const auto bob = listen();
  ASSERT_TRUE(ada && bob);
  EXPECT_NE((*ada)->address(), (*bob)->address());
  EXPECT_FALSE((*ada)->address().ends_with(":0"));
}

TEST(caller, an_address_that_leads_nowhere_is_an_error) {
  EXPECT_FALSE(Caller::dial(
      {.uri = "sip:ada@no.such.host.invalid", .from = {}, .script = {}, .on_progress = {}, .on_packet = {}}));
  EXPECT_FALSE(Caller::dial({.uri = "ada", .from = {}, .script = {}, .on_progress = {}, .on_packet = {}}));
}

}  // namespace
}  // namespace tonearm::cli
