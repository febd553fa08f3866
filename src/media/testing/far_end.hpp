#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "media/codec.hpp"
#include "media/rtp_packet.hpp"
#include "media/telephone_event.hpp"
#include "media/testing/signals.hpp"

namespace tonearm::media::testing {

/// What a phone says, and what it does to its own stream meanwhile. Frames are of 20 ms. Threading: a value.
struct FarEndScript {
  /// The stream goes on otherwise from this frame on.
  struct Turn {
    std::size_t frame = 0;
    bool new_ssrc = false;
    std::uint16_t sequence = 0;   ///< Ahead of where it was.
    std::uint32_t timestamp = 0;  ///< Likewise [samples].
  };
  /// Nothing is sent (DTX) in [from, to), but for comfort noise at its beginning.
  struct Pause {
    std::size_t from = 0;
    std::size_t to = 0;
    bool comfort_noise = false;     ///< PT 13 (RFC 3389), once, and again every 200 ms.
    bool timestamps_stand = false;  ///< Not RFC 3551's way, but met.
  };
  /// RFC 4733, in the stream's own SSRC: 100 ms, the end three times.
  struct Press {
    std::size_t frame = 0;
    Key key = Key::k0;
  };

  double fast_ppm = 0;  ///< Its clock against ours.
  std::vector<Turn> turns = {};
  std::vector<Pause> pauses = {};
  std::vector<Press> keys = {};
};

/// A phone's stream as packets, and the sound in them, which is noise, so that each moment of it can be found
/// again. Knows no clock. Threading: one thread.
class FarEnd {
 public:
  using Packet = std::vector<std::uint8_t>;
  static constexpr std::size_t kKeyFrames = 5;
  static constexpr std::uint8_t kEventPayload = 101;

  FarEnd(FarEndScript script, double seconds, unsigned seed = 1)
      : script_(std::move(script)), sound_(soft_noise(seconds, seed)), bytes_(encoded(sound_)) {}

  [[nodiscard]] const FarEndScript& script() const { return script_; }
  [[nodiscard]] std::size_t frames() const { return bytes_.size() / kFrameBytes; }
  /// As it was said, also what was not sent.
  [[nodiscard]] const Samples& sound() const { return sound_; }
  /// When frame `i` has been said and is sent, by a true clock that starts with the first one.
  [[nodiscard]] std::chrono::microseconds sent_at(std::size_t i) const {
    const double us = 20'000.0 * static_cast<double>(i + 1) * (1 - script_.fast_ppm * 1e-6);
    return std::chrono::microseconds(std::llround(us));
  }
  /// It is sound, neither pause nor key.
  [[nodiscard]] bool speaks(std::size_t i) const { return pause_of(i) == nullptr && press_of(i) == nullptr; }

  /// How many frames have been asked for.
  [[nodiscard]] std::size_t said() const { return frame_; }
  /// No key is pressed between frame `i` − 1 and `i`.
  [[nodiscard]] bool is_between_keys(std::size_t i) const {
    const auto* press = press_of(i);
    return press == nullptr || press->frame == i;
  }
  /// The keys pressed in the frames that have been asked for.
  [[nodiscard]] std::string pressed() const {
    std::string text;
    for (const auto& press : script_.keys)
      if (press.frame < frame_) text += character_of(press.key);
    return text;
  }

  /// What is sent for the next frame, in this order; to be asked `frames()` times.
  std::vector<Packet> next() {
    const std::size_t i = frame_++;
    std::vector<Packet> packets;
    turn(i);
    if (const auto* pause = pause_of(i))
      be_silent(*pause, i - pause->from, packets);
    else if (const auto* press = press_of(i))
      send_event(*press, i - press->frame, packets);
    else
      packets.push_back(packet(0, std::exchange(marker_, false), timestamp_,
                               std::span(bytes_).subspan(i * kFrameBytes, kFrameBytes)));
    const auto* stands = pause_of(i);
    if (stands == nullptr || !stands->timestamps_stand) timestamp_ += kFrameBytes;
    return packets;
  }

 private:
  /// Without what lies between two samples, which no interpolation keeps.
  static Samples soft_noise(double seconds, unsigned seed) {
    Samples samples = noise(seconds, -15, seed);
    for (std::size_t i = samples.size() - 1; i > 1; --i)
      samples[i] = static_cast<std::int16_t>((samples[i] + 2 * samples[i - 1] + samples[i - 2]) / 3);
    return samples;
  }
  [[nodiscard]] const FarEndScript::Pause* pause_of(std::size_t i) const {
    const auto at = std::ranges::find_if(script_.pauses, [&](auto& p) { return p.from <= i && i < p.to; });
    return at == script_.pauses.end() ? nullptr : &*at;
  }
  [[nodiscard]] const FarEndScript::Press* press_of(std::size_t i) const {
    const auto at =
        std::ranges::find_if(script_.keys, [&](auto& p) { return p.frame <= i && i < p.frame + kKeyFrames; });
    return at == script_.keys.end() ? nullptr : &*at;
  }
  void turn(std::size_t i) {
    for (const auto& turn : script_.turns) {
      if (turn.frame != i) continue;
      if (turn.new_ssrc) ++ssrc_;
      sequence_ += turn.sequence;
      timestamp_ += turn.timestamp;
    }
  }
  void be_silent(const FarEndScript::Pause& pause, std::size_t at, std::vector<Packet>& packets) {
    constexpr std::uint8_t kComfortNoise = 13;
    constexpr std::uint8_t kLevel[] = {70};  // −70 dBov
    marker_ = true;                          // the next sound is a talkspurt's first
    if (pause.comfort_noise && at % 10 == 0)
      packets.push_back(packet(kComfortNoise, false, timestamp_, kLevel));
  }
  void send_event(const FarEndScript::Press& press, std::size_t at, std::vector<Packet>& packets) {
    if (at == 0) key_timestamp_ = timestamp_;
    const bool end = at + 1 == kKeyFrames;
    const auto payload = write_telephone_event(
        {.key = press.key, .end = end, .duration = static_cast<std::uint16_t>((at + 1) * kFrameBytes)});
    for (int copies = end ? 3 : 1; copies > 0; --copies)
      packets.push_back(packet(kEventPayload, at == 0, key_timestamp_, payload));
  }
  Packet packet(std::uint8_t type, bool marker, std::uint32_t timestamp,
                std::span<const std::uint8_t> payload) {
    Packet bytes(kRtpHeaderBytes);
    write_rtp_header({.payload_type = type,
                      .marker = marker,
                      .sequence = sequence_++,
                      .timestamp = timestamp,
                      .ssrc = ssrc_},
                     std::span<std::uint8_t, kRtpHeaderBytes>(bytes.data(), kRtpHeaderBytes));
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return bytes;
  }

  const FarEndScript script_;
  const Samples sound_;
  const std::vector<std::uint8_t> bytes_;
  std::size_t frame_ = 0;
  std::uint32_t ssrc_ = 77;
  std::uint16_t sequence_ = 65'000;  // wraps soon
  std::uint32_t timestamp_ = 0xFFFF'0000;
  std::uint32_t key_timestamp_ = 0;
  bool marker_ = true;
};

}  // namespace tonearm::media::testing
