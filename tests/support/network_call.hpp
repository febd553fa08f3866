#pragma once

#include <memory>
#include <string>
#include <vector>

#include "impairer.hpp"
#include "media/testing/bad_networks.hpp"
#include "media/testing/time_error.hpp"
#include "server_fixture.hpp"

namespace tonearm::testing {

/// A call from a phone on the far side of a bad network: up, with sound both ways. Its SIP goes straight; RTP
/// and RTCP, on one port, go through the network.
class NetworkCall {
 public:
  using BadNetwork = media::testing::BadNetwork;
  using BadPath = media::testing::BadPath;

  NetworkCall(const Listeners& at, Bot& the_bot, const BadNetwork& network, unsigned seed);

  /// What came of it all.
  struct Outcome {
    media::testing::TimeError time;
    double length_s = 0;            ///< Of the recording,
    double captured_s = 0;          ///< and what its ending said.
    std::string pressed;            ///< Keys,
    std::string told;               ///< and those that the bot was told of.
    std::vector<HeardPacket> sent;  ///< By the server.
    double own_ms = 0;              ///< Delays at most that were the test's own, by a busy machine.
    BadPath::Counts network;        ///< What was done to the phone's packets.
    boost::json::object received;   ///< `media.received` of the call's record.
  };
  /// A prompt of a second, then a record of `time` with a beep, while the phone talks and presses keys; then
  /// the phone hangs up.
  Outcome run(std::chrono::seconds time, const std::string& prompt_url);

 private:
  void talk();
  void start(std::chrono::seconds time, const std::string& prompt_url);
  void hang_up();
  [[nodiscard]] std::string told() const;
  [[nodiscard]] media::testing::TimeError time_error(const std::string& wav) const;
  [[nodiscard]] boost::json::object received() const;

  const BadNetwork network_;
  Listeners at_;
  Bot& bot_;
  Impairer impairer_;
  SipPhone phone_;
  ApiClient api_;
  std::string id_;
  std::shared_ptr<media::testing::FarEnd> far_end_;
  std::chrono::nanoseconds spoken_late_{0};  // the speaker's, at most
  std::int64_t began_ns_ = 0;                // the far end's time, by CLOCK_REALTIME
  std::string record_;                       // operation
};

/// When the record began whose beep is the last sound that the server sent: with the packet behind it [ns,
/// CLOCK_REALTIME].
std::int64_t end_of_last_sound(const std::vector<HeardPacket>& sent);

}  // namespace tonearm::testing
