#include "network_call.hpp"

#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

#include "recording_peer.hpp"

namespace tonearm::testing {
namespace {

constexpr double kTalkSeconds = 40;  // longer than any call here
constexpr std::uint8_t kOurSeed = 7;

std::string key_of(const std::string& tone) {
  if (tone.starts_with("tone")) return tone.substr(4);
  if (tone == "star") return "*";
  if (tone == "pound") return "#";
  return {static_cast<char>(tone.at(0) - 'a' + 'A')};
}

}  // namespace

std::int64_t end_of_last_sound(const std::vector<HeardPacket>& sent) {
  const auto silence =
      std::find_if(sent.rbegin(), sent.rend(), [](const auto& p) { return p.voiced(); }).base();
  EXPECT_NE(silence, sent.end());
  return silence == sent.end() ? 0 : silence->at_ns;
}

NetworkCall::NetworkCall(const Listeners& at, Bot& the_bot, const BadNetwork& network, unsigned seed)
    : network_(network),
      at_(at),
      bot_(the_bot),
      impairer_({.to_server = network.path, .to_phone = {}, .seed = seed}),
      phone_(at.sip),
      api_(at.http, token_for(at)),
      far_end_(std::make_shared<media::testing::FarEnd>(network.script, kTalkSeconds, kOurSeed)) {
  impairer_.set_phone({"127.0.0.1", phone_.rtp().port()});
  phone_.send_invite("ivr", phone_.sdp("sendrecv", impairer_.server_side().port) + "a=rtcp-mux\r\n");
  id_ = bot_.wait_incoming();
  EXPECT_EQ(api_.answer(id_, bot_.url()).status(), 202);
  EXPECT_TRUE(phone_.wait_status(200, "INVITE"));
  phone_.send_ack();
  EXPECT_TRUE(
      bot_.wait([&](const Heard& h) { return h.text("id") == id_ && h.data().contains("mediaState"); }));
  impairer_.set_server(phone_.media());
}

NetworkCall::Outcome NetworkCall::run(std::chrono::seconds time, const std::string& prompt_url) {
  start(time, prompt_url);
  const auto end = bot_.wait_operation_end(record_, time + 30s);
  phone_.rtp().hush();
  EXPECT_TRUE(end) << network_.name;
  if (!end) return {};
  Outcome outcome;
  outcome.pressed = far_end_->pressed();
  outcome.captured_s = captured_seconds(*end);
  const auto wav = download(at_.http, end->text("recordingLocation"), end->text("recordingAccessToken"));
  EXPECT_EQ(wav.status(), 200);
  outcome.length_s = Audio(wav.body).seconds();
  outcome.time = time_error(wav.body);
  hang_up();
  outcome.told = told();
  outcome.sent = impairer_.from_server();
  outcome.network = impairer_.to_server();
  const std::chrono::duration<double, std::milli> own = spoken_late_ + impairer_.own_delay();
  outcome.own_ms = own.count();
  outcome.received = received();
  return outcome;
}

void NetworkCall::talk() {
  const auto start = std::chrono::steady_clock::now() + 20ms;
  began_ns_ = realtime_ns() + 20'000'000;
  phone_.rtp().perform(impairer_.phone_side(), far_end_, start, [this, start](std::size_t frame) {
    const auto late = std::chrono::steady_clock::now() - (start + far_end_->sent_at(frame));
    spoken_late_ = std::max<std::chrono::nanoseconds>(spoken_late_, late);
    if (network_.moves != 0 && frame == network_.moves) impairer_.move();
  });
}

void NetworkCall::start(std::chrono::seconds time, const std::string& prompt_url) {
  EXPECT_EQ(api_.request("POST", "/" + id_ + "/subscribeToTone", "{}").status(), 200);
  talk();
  EXPECT_EQ(api_.play(id_, prompt_url).status(), 200);
  const auto record = api_.request("POST", "/" + id_ + "/recordResponse",
                                   R"({"playBeep":true,"maxSilenceTimeoutInSeconds":60,)"
                                   R"("maxRecordDurationInSeconds":)" +
                                       std::to_string(time.count()) + R"(,"clientContext":"long"})");
  EXPECT_EQ(record.status(), 200) << record.response.body;
  record_ = record.id();
}

void NetworkCall::hang_up() {
  // The last key may have to be ended by the clock.
  const std::size_t keys = far_end_->pressed().size();
  for (std::size_t i = 0; i < keys; ++i) {
    const auto heard = bot_.wait([&](const Heard& h) {
      return h.data().contains("toneInfo") && h.url().find(id_) != std::string::npos;
    });
    if (!heard) break;
  }
  phone_.send_bye();
  EXPECT_TRUE(
      bot_.wait([&](const Heard& h) { return h.text("id") == id_ && h.text("state") == "terminated"; }));
}

std::string NetworkCall::told() const {
  std::string keys;
  for (const Heard& heard : bot_.heard()) {
    const auto* tone = heard.data().if_contains("toneInfo");
    if (tone != nullptr && heard.url().find(id_) != std::string::npos)
      keys += key_of(std::string(tone->as_object().at("tone").as_string()));
  }
  return keys;
}

media::testing::TimeError NetworkCall::time_error(const std::string& wav) const {
  const Audio audio(wav);
  media::testing::Samples recording;  // 8 kHz: the upper octave is empty
  for (std::size_t i = 0; i < audio.samples.size(); i += 2) recording.push_back(audio.samples[i]);
  const std::int64_t record_ns = end_of_last_sound(impairer_.from_server());
  const std::chrono::nanoseconds ahead(began_ns_ - record_ns);
  const auto& sound = far_end_->sound();
  const std::size_t said = std::min(sound.size(), far_end_->said() * media::kFrameBytes);
  return media::testing::measure_time(recording, std::span(sound).first(said), 1600, [&](std::size_t sample) {
    const std::size_t frame = sample / media::kFrameBytes;
    if (!far_end_->speaks(frame)) return std::optional<std::ptrdiff_t>();
    const auto place = ahead + far_end_->sent_at(frame) - 20ms + network_.path.delay;
    return std::optional<std::ptrdiff_t>(place / 125us +
                                         static_cast<std::ptrdiff_t>(sample % media::kFrameBytes));
  });
}

boost::json::object NetworkCall::received() const {
  const auto list = ApiClient(at_.admin, kAdminToken, "/tonearm").get("/records?limit=1000").json();
  for (const auto& record : list.at("records").as_array())
    if (record.at("call").as_string() == id_) return record.at("media").at("received").as_object();
  ADD_FAILURE() << "no record of the call";
  return {};
}

}  // namespace tonearm::testing
