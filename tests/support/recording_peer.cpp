#include "recording_peer.hpp"

#include <cmath>
#include <cstring>
#include <numbers>
#include <thread>

#include <gtest/gtest.h>

#include "body_log.hpp"

namespace tonearm::testing {
namespace {

constexpr double kWhistleLevel = 8000;

/// ITU-T G.711, by its definition.
char mu_law(int sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  const int magnitude = std::min(std::abs(sample), 32635) + 132;
  int exponent = 7;
  while (exponent > 0 && !(magnitude & (0x80 << exponent))) --exponent;
  return static_cast<char>(~(sign | exponent << 4 | ((magnitude >> (exponent + 3)) & 0x0f)));
}

template <class Number>
Number number_at(const std::string& wav, std::size_t at) {
  Number value{};
  if (at + sizeof value <= wav.size()) std::memcpy(&value, wav.data() + at, sizeof value);
  return value;
}

std::string path_of(const std::string& location) {
  return location.substr(location.find("/tonearm/"));
}

}  // namespace

std::string whistle_frame() {
  std::string frame;
  for (int i = 0; i < 160; ++i) {
    const double phase = 2 * std::numbers::pi * kWhistleHertz * i / 8000;
    frame.push_back(mu_law(static_cast<int>(kWhistleLevel * std::sin(phase))));
  }
  return frame;
}

Audio::Audio(const std::string& wav) {
  EXPECT_TRUE(wav.starts_with("RIFF"));
  EXPECT_EQ(number_at<std::uint16_t>(wav, 20), 1) << "PCM";
  EXPECT_EQ(number_at<std::uint16_t>(wav, 22), 1) << "mono";
  EXPECT_EQ(number_at<std::uint32_t>(wav, 24), 16'000u);
  EXPECT_EQ(number_at<std::uint16_t>(wav, 34), 16) << "bits";
  for (std::size_t at = 44; at + 1 < wav.size(); at += 2) samples.push_back(number_at<std::int16_t>(wav, at));
}

double Audio::hertz() const {
  int rises = 0;
  const std::size_t from = samples.size() / 4, to = samples.size() * 3 / 4;
  for (std::size_t i = from + 1; i < to; ++i) rises += samples[i - 1] < 0 && samples[i] >= 0;
  return rises * 16'000.0 / static_cast<double>(to - from);
}

double Audio::level_db() const {
  double power = 0;
  const std::size_t from = samples.size() / 4, to = samples.size() * 3 / 4;
  for (std::size_t i = from; i < to; ++i) power += static_cast<double>(samples[i]) * samples[i];
  return 10 * std::log10(power / static_cast<double>(to - from) / (32768.0 * 32768.0));
}

HttpMessage fetch(const base::Endpoint& at, const std::string& location, const std::string& authorization,
                  const std::string& headers, const std::string& method) {
  Socket socket(SOCK_STREAM, {"127.0.0.1", 0});
  socket.connect(at);
  HttpConnection connection(std::move(socket));
  const std::string request =
      method + " " + path_of(location) + " HTTP/1.1\r\nHost: " + at.to_string() + "\r\n" +
      (authorization.empty() ? "" : "Authorization: " + authorization + "\r\n") + headers + "\r\n";
  connection.write(request);
  HttpMessage answer = connection.read(20s, method != "HEAD").value_or(HttpMessage{});
  BodyLog::of_process().response(request, answer);
  return answer;
}

HttpMessage download(const base::Endpoint& at, const std::string& location, const std::string& token,
                     const std::string& headers) {
  return fetch(at, location, "Bearer " + token, headers);
}

std::optional<HttpMessage> download_offered(const base::Endpoint& at, const Heard& end) {
  const bool is_graphs = !end.text("recordingLocation").empty();
  const std::string location = end.text(is_graphs ? "recordingLocation" : "@tonearm.recordingLocation");
  if (location.empty()) return std::nullopt;
  return download(at, location,
                  end.text(is_graphs ? "recordingAccessToken" : "@tonearm.recordingAccessToken"));
}

int subcode(const Heard& end) {
  return end.data().at("resultInfo").at("subcode").to_number<int>();
}

double captured_seconds(const Heard& end) {
  return end.data().at("@tonearm.capturedMs").to_number<double>() / 1000;
}

Whistler::Whistler(const Listeners& at, Bot& the_bot, std::function<bool()> lost) : LiveCall(at, the_bot) {
  phone.rtp().say(phone.media(), whistle_frame(), std::move(lost));
}

ApiAnswer Whistler::record(const std::string& members) {
  return api.request("POST", "/" + id + "/recordResponse",
                     R"({"playBeep":false,"maxSilenceTimeoutInSeconds":60,)" + members + "}");
}

std::string Whistler::record_for(std::chrono::milliseconds time) {
  const auto answer = record(R"("maxRecordDurationInSeconds":60,"clientContext":"long")");
  EXPECT_EQ(answer.status(), 200) << answer.response.body;
  std::this_thread::sleep_for(time);  // what the caller says, not something that is waited for
  return answer.id();
}

}  // namespace tonearm::testing
