#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crowd_bot.hpp"
#include "sip_phone.hpp"

namespace tonearm::bench {

/// One cancel as the wire saw it; times from the cancel's send [µs], by the kernel's receive stamps.
struct CancelTimes {
  double stop = 0;         ///< `@tonearm.stopMicroseconds`: request read to source cut, by the server.
  double last_packet = 0;  ///< Last packet of the prompt; negative: it had come before the cancel was sent.
  double answered = 0;     ///< First byte of the 200.
  int packets_after = 0;   ///< Packets of the prompt after the 200.
};

/// One call that plays, cancels and listens. The bot must have nobody else's notifications to hand out.
/// Throws std::runtime_error if the server does not do as the benchmark needs.
///
/// Threading: one thread.
class ProbeCall {
 public:
  ProbeCall(const MeasuredServer& server, testing::Bot& bot);

  /// Plays, waits until it sounds and `phase` more, cancels, listens for three more packets' time.
  CancelTimes cancel_once(std::chrono::microseconds phase);
  /// Queues `prompts` short prompts; the pauses between them beyond the packet time [µs].
  std::vector<double> gaps(int prompts);
  /// Waits for `phase` and presses a key for 100 ms; from the first packet that says that it is released to
  /// the notification at the bot [µs].
  double key_once(std::chrono::microseconds phase);
  /// Another call: from its INVITE to its 200, which comes through webhook, bot and `answer` [µs]; then hangs
  /// up.
  double set_up_once();

 private:
  std::string play(const std::string& file);

  testing::Bot& bot_;
  const base::Endpoint phone_server_;
  testing::SipPhone phone_;
  testing::ApiClient api_;
  testing::HttpConnection cancels_;
  std::string id_;
  bool subscribed_ = false;
  std::uint16_t sequence_ = 1;     // of keys
  std::uint32_t timestamp_ = 160;  // of keys
};

}  // namespace tonearm::bench
