#include "media/call_media.hpp"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "media/telephone_event.hpp"
#include "media/testing/fake_fetcher.hpp"
#include "media/testing/phone.hpp"
#include "media/testing/recording_folder.hpp"
#include "media/testing/wav.hpp"

namespace tonearm::media {
namespace {

constexpr const char* kUrl = "http://prompts.example.com/hello.wav";

/// Keeps what a call would hear.
class Listener final : public call::MediaListener {
 public:
  void on_media(call::LegRef, call::MediaBody body) override {
    const std::lock_guard lock(mutex_);
    bodies_.push_back(std::move(body));
    changed_.notify_all();
  }
  template <class Body>
  std::optional<Body> wait() {
    std::unique_lock lock(mutex_);
    std::optional<Body> found;
    changed_.wait_for(lock, std::chrono::seconds(10), [&] {
      for (const auto& body : bodies_)
        if (std::holds_alternative<Body>(body)) found = std::get<Body>(body);
      return found.has_value();
    });
    return found;
  }
  template <class Body>
  bool has() {
    const std::lock_guard lock(mutex_);
    return std::ranges::any_of(bodies_, [](const auto& body) { return std::holds_alternative<Body>(body); });
  }
  /// Until the last one heard is of that tone.
  template <class Body>
  std::optional<Body> wait_last(call::Tone tone) {
    std::unique_lock lock(mutex_);
    std::optional<Body> last;
    changed_.wait_for(lock, std::chrono::seconds(10), [&] {
      for (const auto& body : bodies_)
        if (std::holds_alternative<Body>(body)) last = std::get<Body>(body);
      return last && last->tone == tone;
    });
    return last;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<call::MediaBody> bodies_;
};

class CallMediaTest : public ::testing::Test {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::warn);
    EngineOptions options;
    options.ports = {.first = 33000, .last = 33999};
    options.recordings = folder_.path();
    auto engine = Engine::start(options, fetcher_);
    ASSERT_TRUE(engine);
    engine_ = std::move(*engine);
    media_.emplace(*engine_, listener_, "192.0.2.7");
  }
  call::MediaDescription description() const {
    call::MediaDescription media;
    media.remote_rtp = phone_.address().to_endpoint();
    return media;
  }
  static call::PlaySpec hello() { return {.prompts = {{.uri = kUrl, .resource_id = {}}}, .loop = false}; }

  const call::LegRef leg_{call::CallId(base::Guid::from_words(1, 2)), call::LegId(1)};
  const call::OperationNumber one_{1};
  testing::RecordingFolder folder_;
  testing::Phone phone_;
  testing::FakeFetcher fetcher_;
  Listener listener_;
  std::optional<CallMedia> media_;
  std::unique_ptr<Engine> engine_;  // last: it ends first
};

TEST_F(CallMediaTest, a_leg_is_opened_with_the_public_address_played_to_stopped_and_closed) {
  fetcher_.serve(kUrl, testing::make_wav({.seconds = 10}));
  media_->post_open(leg_, "", description());
  const auto opened = listener_.wait<call::SessionOpened>();
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->local.rtp.address, "192.0.2.7");
  EXPECT_EQ(opened->local.rtcp.port, opened->local.rtp.port + 1);
  media_->post_prefetch(leg_, call::ApplicationId(), call::OperationId(), one_, hello());
  ASSERT_TRUE(listener_.wait<call::PromptReady>());
  media_->post_start(leg_, one_);
  ASSERT_TRUE(listener_.wait<call::OperationStarted>());
  media_->post_stop(leg_, call::StopId(3), {one_, call::OperationNumber(2)});
  const auto stopped = listener_.wait<call::StopAcknowledged>();
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->stop.value, 3U);
  ASSERT_EQ(stopped->operations.size(), 2U);
  EXPECT_EQ(stopped->operations[0].outcome, call::StopOutcome::cut);
  EXPECT_EQ(stopped->operations[1].outcome, call::StopOutcome::nothing);
  media_->post_close(leg_);
  ASSERT_TRUE(listener_.wait<call::SessionClosed>());
}

TEST_F(CallMediaTest, the_last_packets_of_a_call_can_be_read_while_it_is_up_and_afterwards) {
  const auto packets_of = [this](call::CallId call) {
    std::promise<std::vector<SessionPackets>> answered;
    media_->post_read_packets(call, [&](auto packets) { answered.set_value(std::move(packets)); });
    return answered.get_future().get();
  };
  EXPECT_TRUE(packets_of(leg_.call).empty());
  media_->post_open(leg_, "", description());
  const auto opened = listener_.wait<call::SessionOpened>();
  ASSERT_TRUE(opened);
  ASSERT_TRUE(phone_.hear(2));
  const auto up = packets_of(leg_.call);
  ASSERT_EQ(up.size(), 1U);
  EXPECT_EQ(up[0].local, (base::Endpoint{"127.0.0.1", opened->local.rtp.port}));
  EXPECT_GE(up[0].packets.size(), 2U);
  media_->post_close(leg_);
  ASSERT_TRUE(listener_.wait<call::SessionClosed>());
  const auto over = packets_of(leg_.call);
  ASSERT_EQ(over.size(), 1U);
  EXPECT_EQ(over[0].local, up[0].local);
  EXPECT_GE(over[0].packets.size(), up[0].packets.size());
  EXPECT_TRUE(packets_of(call::CallId(base::Guid::from_words(3, 4))).empty());
}

TEST_F(CallMediaTest, packets_that_came_at_any_address_are_told_as_at_the_public_one) {
  EngineOptions everywhere;
  everywhere.address = "0.0.0.0";
  everywhere.ports = {.first = 34000, .last = 34999};
  const auto engine = Engine::start(everywhere, fetcher_);
  ASSERT_TRUE(engine);
  CallMedia media(**engine, listener_, "192.0.2.7");
  media.post_open(leg_, "", description());
  std::promise<std::vector<SessionPackets>> answered;
  media.post_read_packets(leg_.call, [&](auto packets) { answered.set_value(std::move(packets)); });
  const auto packets = answered.get_future().get();
  ASSERT_EQ(packets.size(), 1U);
  EXPECT_EQ(packets[0].local.address, "192.0.2.7");
}

TEST_F(CallMediaTest, a_record_ends_in_the_domains_words_and_its_file_has_the_operations_name) {
  const call::OperationId id(base::Guid::from_words(5, 6));
  media_->post_open(leg_, "", description());
  const auto opened = listener_.wait<call::SessionOpened>();
  ASSERT_TRUE(opened);
  call::RecordSpec spec;
  spec.max_duration = std::chrono::seconds(1);
  media_->post_prefetch(leg_, call::ApplicationId(), id, one_, spec);
  ASSERT_TRUE(listener_.wait<call::PromptReady>());
  media_->post_start(leg_, one_);
  ASSERT_TRUE(listener_.wait<call::OperationStarted>());
  const base::Endpoint here{"127.0.0.1", opened->local.rtp.port};
  while (!listener_.has<call::RecordWritten>() && phone_.hear(1)) phone_.speak(here);
  const auto finished = listener_.wait<call::OperationFinished>();
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->reason, call::EndReason::record_max_duration);
  EXPECT_EQ(finished->sent, std::chrono::seconds(1));
  EXPECT_TRUE(listener_.wait<call::RecordWritten>()->ok);
  EXPECT_TRUE(folder_.read(id.value));
}

TEST_F(CallMediaTest, a_record_whose_prompt_cannot_be_had_fails_with_the_cause) {
  media_->post_open(leg_, "", description());
  call::RecordSpec spec;
  spec.prompt = call::Prompt{.uri = kUrl, .resource_id = {}};
  media_->post_prefetch(leg_, call::ApplicationId(), call::OperationId(), one_, spec);
  const auto failed = listener_.wait<call::PromptFailed>();
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->cause, "status 404");
}

TEST_F(CallMediaTest, what_cannot_be_played_says_whether_it_was_the_download_or_the_format) {
  media_->post_open(leg_, "", description());
  media_->post_prefetch(leg_, call::ApplicationId(), call::OperationId(), one_, hello());
  auto failed = listener_.wait<call::PromptFailed>();
  ASSERT_TRUE(failed);
  EXPECT_TRUE(failed->download);
  EXPECT_EQ(failed->cause, "status 404");
}

TEST_F(CallMediaTest, a_key_is_heard_once_whether_it_comes_as_an_event_or_by_signalling) {
  call::MediaDescription media = description();
  media.receive_event_payload_type = 101;
  media_->post_open(leg_, "", media);
  const auto opened = listener_.wait<call::SessionOpened>();
  ASSERT_TRUE(opened);
  media_->post_key(leg_, call::Tone::t1);  // not believed where telephone-events were agreed on
  const auto payload = write_telephone_event({.key = Key::pound, .end = true, .duration = 800});
  phone_.say_at({"127.0.0.1", opened->local.rtp.port}, payload, 1000, 101);
  EXPECT_EQ(listener_.wait<call::KeyPressed>()->tone, call::Tone::pound);
  media.keys = call::KeySource::info;
  media_->post_update(leg_, media);
  media_->post_key(leg_, call::Tone::d);
  EXPECT_EQ(listener_.wait_last<call::KeyPressed>(call::Tone::d)->tone, call::Tone::d);
}

TEST_F(CallMediaTest, keys_are_sent_and_told) {
  call::MediaDescription media = description();
  media.send_event_payload_type = 97;
  media_->post_open(leg_, "", media);
  media_->post_send_dtmf(leg_, one_, {call::Tone::star, call::Tone::flash}, std::chrono::milliseconds(40));
  const auto sent = listener_.wait<call::DtmfSent>();
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->number, one_);
  std::string keys;
  const auto ended = [&] {
    keys.clear();
    for (const auto& packet : phone_.heard) {
      const auto event = parse_telephone_event(packet.payload);
      if (packet.header.payload_type == 97 && event && packet.header.marker) keys += character_of(event->key);
    }
    return keys.size() >= 2;
  };
  EXPECT_TRUE(phone_.listen_until(ended));
  EXPECT_EQ(keys, "*!");
}

TEST_F(CallMediaTest, commands_to_a_leg_that_is_gone_are_answered) {
  media_->post_stop(leg_, call::StopId(1), {one_});
  EXPECT_EQ(listener_.wait<call::StopAcknowledged>()->operations[0].outcome, call::StopOutcome::nothing);
  media_->post_close(leg_);
  EXPECT_TRUE(listener_.wait<call::SessionClosed>());
}

TEST(StreamSettings, hold_and_directions_are_translated) {
  call::MediaDescription media;
  media.remote_rtp = {"192.0.2.1", 4000};
  EXPECT_TRUE(stream_settings(media).send);
  EXPECT_FALSE(stream_settings(media).held);
  media.direction = call::MediaDirection::receive_only;
  EXPECT_FALSE(stream_settings(media).send);
  EXPECT_TRUE(stream_settings(media).held);
  media.direction = call::MediaDirection::send_only;
  EXPECT_TRUE(stream_settings(media).send);
  media.remote_hold = true;
  EXPECT_FALSE(stream_settings(media).send);
  media.send_ptime = std::chrono::milliseconds(10);
  EXPECT_EQ(stream_settings(media).ptime_ms, 10U);
}

}  // namespace
}  // namespace tonearm::media
