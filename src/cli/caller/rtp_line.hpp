#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "call/media_description.hpp"
#include "cli/caller/heard.hpp"
#include "cli/caller/sound.hpp"
#include "cli/caller/udp_socket.hpp"
#include "media/codec.hpp"
#include "media/dual_tone.hpp"
#include "media/key_sender.hpp"
#include "media/rtp_packet.hpp"

namespace tonearm::cli {

/// The caller's end of the audio: speaks and listens on a socket of its own, and shares nothing with the
/// media engine but the codec tables and the way keys are pressed, so that it can be a witness of it. One
/// stream, 20 ms packets.
///
/// Lifecycle: `open` → `start` → `stop` (or the destructor) → what was heard and said can be read.
/// Threading: thread-safe, except that `heard` and `said` are for after `stop`; handlers may call `say` and
/// `press`.
class RtpLine {
 public:
  /// Called on the line's thread for each packet; must be quick.
  using PacketHandler = std::function<void(const HeardPacket&)>;
  /// Called on the line's thread when the first packet of a key has left (CLOCK_MONOTONIC); must be quick.
  using KeyHandler = std::function<void(char key, std::int64_t at_ns)>;
  /// When keys are pressed, after the line has begun.
  static constexpr std::chrono::milliseconds kKeysAfter{1000};

  struct Script {
    Samples voice;     ///< Said once; then silence.
    std::string keys;  ///< Of `0-9*#A-D`, pressed after `kKeysAfter`; others are left out.
  };

  /// An even port and the odd one above it, as offers without `a=rtcp` promise (RFC 3550 §11).
  [[nodiscard]] static base::Result<std::unique_ptr<RtpLine>> open(const std::string& address);
  ~RtpLine();

  [[nodiscard]] call::LocalMedia local() const;

  /// Keys are events (RFC 4733) where the description has them, else sound. Started already: only the
  /// description changes (hold, new address).
  void start(const call::MediaDescription& remote, Script script, PacketHandler on_packet,
             KeyHandler on_key = {});
  /// As soon as all is said that was to be said before, the script's voice too.
  void say(Samples voice);
  /// As soon as all is said that was to be said before. Keys as in a script.
  void press(const std::string& keys);
  void stop();

  [[nodiscard]] const std::vector<HeardPacket>& heard() const { return heard_; }
  /// All that was sent, from `said_from_ns` (CLOCK_MONOTONIC) on.
  [[nodiscard]] const Samples& said() const { return said_; }
  [[nodiscard]] std::int64_t said_from_ns() const { return said_from_ns_; }

 private:
  /// One of the two.
  struct Order {
    Samples voice;
    std::vector<media::Key> keys;
  };

  RtpLine(UdpSocket rtp, UdpSocket rtcp);

  void run(std::stop_token stop);
  void receive();
  void send_frame();
  void tell_key(const media::KeySender::Frame& key) const;
  Samples next_frame();
  void follow_orders();
  void arm(std::vector<media::Key> keys);
  void send(const call::MediaDescription& remote, media::RtpHeader header,
            std::span<const std::uint8_t> payload);
  [[nodiscard]] call::MediaDescription remote();

  UdpSocket rtp_;
  UdpSocket rtcp_;  ///< Bound so that the far end's reports meet a socket; not read.

  std::mutex mutex_;
  call::MediaDescription remote_;  // guarded by mutex_
  std::deque<Order> orders_;       // guarded by mutex_

  // the thread's own
  PacketHandler on_packet_;
  KeyHandler on_key_;
  Samples voice_;
  std::size_t spoken_ = 0;                       ///< Samples of `voice_`.
  std::vector<media::Key> script_keys_;          ///< Not yet pressed.
  std::list<media::SendKeysOperation> presses_;  ///< All that was pressed.
  media::KeySender keys_;
  media::DualTone key_tone_;
  std::uint16_t sequence_;
  std::uint32_t timestamp_;
  const std::uint32_t ssrc_;
  std::vector<HeardPacket> heard_;
  Samples said_;
  std::int64_t said_from_ns_ = 0;

  std::jthread thread_;
};

}  // namespace tonearm::cli
