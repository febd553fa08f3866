#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "media/codec.hpp"
#include "media/g711.hpp"
#include "media/in_band_keys.hpp"

namespace tonearm::media::testing {

/// Carries sound to a detector as packets of 20 ms, over a network that loses, repeats and reorders single
/// ones. Threading: one thread.
class SoundLine {
 public:
  struct Network {
    unsigned seed = 1;
    double lost = 0;
    double repeated = 0;
    double late = 0;  ///< Share of packets that come behind the next one.
    Codec codec = Codec::pcmu;
  };

  explicit SoundLine(KeySink& sink) : SoundLine(sink, Network{}) {}
  SoundLine(KeySink& sink, Network network) : keys_(sink), network_(network), random_(network.seed) {}

  void send(std::span<const std::int16_t> samples) {
    for (const std::int16_t sample : samples) {
      frame_.push_back(encode_sample(network_.codec, sample));
      if (frame_.size() == kFrameBytes) send_frame();
    }
  }
  void finish() {
    if (held_) deliver(*std::exchange(held_, std::nullopt));
    keys_.finish();
  }

 private:
  struct Packet {
    std::uint32_t timestamp;
    std::vector<std::uint8_t> bytes;
  };

  bool happens(double share) { return share > 0 && std::uniform_real_distribution<>(0, 1)(random_) < share; }

  void send_frame() {
    const Packet packet{timestamp_, std::exchange(frame_, {})};
    timestamp_ += kFrameBytes;
    now_ += std::chrono::milliseconds(kFrameMs);
    // Single losses: what a longer one swallows no detector can know.
    const bool lost = !lost_before_ && happens(network_.lost);
    lost_before_ = lost;
    auto held = std::exchange(held_, std::nullopt);
    if (!lost && !held && happens(network_.late))
      held_ = packet;
    else if (!lost)
      deliver(packet);
    if (held) deliver(*held);
    keys_.on_tick(now_);
  }
  void deliver(const Packet& packet) {
    for (int copies = happens(network_.repeated) ? 2 : 1; copies > 0; --copies)
      keys_.receive(network_.codec, {.timestamp = packet.timestamp, .ssrc = 1}, packet.bytes, now_);
  }

  InBandKeys keys_;
  const Network network_;
  std::mt19937 random_;
  std::vector<std::uint8_t> frame_;
  std::optional<Packet> held_;
  bool lost_before_ = false;
  std::uint32_t timestamp_ = 0xFFFFF000U;
  base::TimePoint now_{std::chrono::seconds(1000)};
};

}  // namespace tonearm::media::testing
