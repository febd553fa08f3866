#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "media/codec.hpp"
#include "media/rtp_packet.hpp"
#include "media/telephone_event.hpp"

namespace tonearm::media::testing {

/// A telephone-event on its way. Threading: a value.
struct SentEvent {
  std::chrono::milliseconds at{0};
  RtpHeader header;
  TelephoneEvent event;
};

/// The packets of one key as phones send them: one every 20 ms, the last one three times.
inline std::vector<SentEvent> key_packets(Key key, std::chrono::milliseconds at, std::uint32_t timestamp,
                                          std::chrono::milliseconds length = std::chrono::milliseconds(100),
                                          std::uint32_t ssrc = 1) {
  std::vector<SentEvent> packets;
  const auto add = [&](std::chrono::milliseconds elapsed, bool end) {
    packets.push_back({.at = at + std::chrono::milliseconds(20 * packets.size()),
                       .header = {.payload_type = 101,
                                  .marker = packets.empty(),
                                  .sequence = 0,
                                  .timestamp = timestamp,
                                  .ssrc = ssrc},
                       .event = {.key = key,
                                 .end = end,
                                 .duration = static_cast<std::uint16_t>(elapsed.count() * kSamplesPerMs)}});
  };
  for (auto elapsed = std::chrono::milliseconds(20); elapsed < length;
       elapsed += std::chrono::milliseconds(20))
    add(elapsed, false);
  for (int i = 0; i < 3; ++i) add(length, true);
  return packets;
}

/// What a network does to a row of packets.
struct Impairment {
  unsigned seed = 1;
  double lost = 0;      ///< Share of packets; at least one of each key arrives.
  double lost_end = 0;  ///< Share of keys whose end packets are all lost.
  double repeated = 0;
  std::chrono::milliseconds jitter{0};  ///< Up to so much later: packets overtake each other.
};

/// In order of arrival.
inline std::vector<SentEvent> impair(const std::vector<std::vector<SentEvent>>& keys,
                                     const Impairment& network) {
  std::mt19937 random(network.seed);
  const auto happens = [&](double share) { return std::uniform_real_distribution<>(0, 1)(random) < share; };
  std::vector<SentEvent> arriving;
  for (const auto& packets : keys) {
    const bool no_end = happens(network.lost_end);
    const std::size_t spared = random() % (no_end ? packets.size() - 3 : packets.size());
    for (std::size_t i = 0; i < packets.size(); ++i) {
      if (i != spared && ((no_end && packets[i].event.end) || happens(network.lost))) continue;
      for (int copies = happens(network.repeated) ? 2 : 1; copies > 0; --copies) {
        arriving.push_back(packets[i]);
        arriving.back().at += std::chrono::milliseconds(
            std::uniform_int_distribution<std::int64_t>(0, network.jitter.count())(random));
      }
    }
  }
  std::ranges::stable_sort(arriving, {}, &SentEvent::at);
  return arriving;
}

}  // namespace tonearm::media::testing
