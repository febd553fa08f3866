#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "media/packet_io.hpp"
#include "media/rtp_packet.hpp"

namespace tonearm::media::testing {

/// Writes down what is staged; fails it all if told so. Threading: one thread.
class PaperIo final : public PacketIo {
 public:
  Slot add(int, IoToken) override { return 0; }
  void remove(Slot) override {}
  bool is_idle(Slot) override { return true; }
  std::span<const Datagram> drain() override { return {}; }
  void stage(const OutgoingPacket& packet) override {
    if (looks_like_rtcp(packet.bytes)) return;
    const auto rtp = parse_rtp(packet.bytes);
    ASSERT_TRUE(rtp);
    sent.push_back(rtp->header);
    payloads.emplace_back(rtp->payload.begin(), rtp->payload.end());
    if (error != 0) failures_.push_back({packet.token, error});
  }
  std::span<const SendFailure> flush() override {
    reported_.swap(failures_);
    failures_.clear();
    return reported_;
  }
  [[nodiscard]] std::string_view name() const override { return "paper"; }

  std::vector<RtpHeader> sent;
  std::vector<std::vector<std::uint8_t>> payloads;
  int error = 0;

 private:
  std::vector<SendFailure> failures_;
  std::vector<SendFailure> reported_;
};

}  // namespace tonearm::media::testing
