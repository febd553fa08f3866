#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "sockets.hpp"

namespace tonearm::media::testing {
class FarEnd;
}

namespace tonearm::testing {

/// One RTP packet as it came off the wire, with the kernel's receive time stamp.
struct HeardPacket {
  std::int64_t at_ns = 0;  ///< CLOCK_REALTIME, stamped by the kernel.
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
  std::uint8_t payload_type = 0;
  bool marker = false;
  std::vector<std::uint8_t> payload;

  /// Anything but the codec's silence (G.711 0xff, 0x7f, 0xd5, 0x55).
  [[nodiscard]] bool voiced() const;
};

/// Nothing if it is no RTP; RTCP is not looked at.
std::optional<HeardPacket> parse_heard(const ReceivedDatagram& datagram);

/// The far end's RTP socket: writes down what arrives, and speaks if told to.
/// Threading: own threads; everything public is thread-safe.
class RtpEar {
 public:
  static constexpr std::uint8_t kEventPayload = 101;  ///< telephone-event, as SipPhone offers it.

  explicit RtpEar(const base::Endpoint& bind_to = {"127.0.0.1", 0});
  ~RtpEar();

  [[nodiscard]] std::uint16_t port() const { return socket_.local().port; }
  [[nodiscard]] std::vector<HeardPacket> heard() const;
  [[nodiscard]] std::size_t count() const;
  /// Waits until `enough` says so about everything heard up to now; false after `timeout`.
  bool wait_for(const std::function<bool(const std::vector<HeardPacket>&)>& enough,
                std::chrono::milliseconds timeout = 20s) const;
  /// So many voiced packets from now on.
  bool wait_voiced(std::size_t packets, std::chrono::milliseconds timeout = 20s) const;
  /// The same from the packet with number `first` (see `count`) on, for prompts that may sound before a busy
  /// test gets to wait for them.
  bool wait_voiced_from(std::size_t first, std::size_t packets,
                        std::chrono::milliseconds timeout = 20s) const;
  [[nodiscard]] std::size_t voiced_from(std::size_t first) const;

  /// Sends one packet of 20 ms PCMU every 20 ms to `to` until `hush`, filled with `fill`.
  void speak(const base::Endpoint& to, std::uint8_t fill = 0x55, int samples = 160,
             std::uint8_t payload_type = 0);
  /// The same with a payload of 20 ms, again and again; a packet of which `lost` says so does not arrive.
  void say(const base::Endpoint& to, std::string payload, std::function<bool()> lost = {});
  /// All that the far end says until `hush`, its time beginning at `start`. `before` each frame, on the
  /// speaker's thread.
  void perform(
      const base::Endpoint& to, std::shared_ptr<media::testing::FarEnd> far_end,
      std::chrono::steady_clock::time_point start,
      std::function<void(std::size_t frame)> before = [](std::size_t) {});
  void hush();
  /// One packet by hand.
  void send(const base::Endpoint& to, std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t ssrc,
            std::uint8_t payload_type, std::string_view payload, bool marker = false) const;
  /// A key by RFC 4733, of a stream of its own: its event code, begun and ended three times, which takes four
  /// sequence numbers.
  void press(const base::Endpoint& to, std::uint16_t sequence, std::uint32_t timestamp, char event) const;

 private:
  void listen(const std::stop_token& stop);

  Socket socket_;
  mutable std::mutex mutex_;  // guards packets_
  mutable std::condition_variable arrived_;
  std::vector<HeardPacket> packets_;
  std::uint32_t ssrc_ = 0x51515151;
  std::uint16_t sequence_ = 100;
  std::uint32_t timestamp_ = 8000;
  std::jthread speaker_;
  std::jthread listener_;
};

}  // namespace tonearm::testing
