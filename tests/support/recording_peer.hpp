#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server_fixture.hpp"

namespace tonearm::testing {

inline constexpr double kWhistleHertz = 450;  ///< Whole periods in 20 ms.
inline constexpr double kWhistleDb = -15.26;  ///< A sine with a peak of 8 000 of 32 768.

/// 20 ms of the whistling, PCMU.
std::string whistle_frame();

/// A recording as it was downloaded.
struct Audio {
  /// Expects a WAV of 16 kHz, mono, 16 bit.
  explicit Audio(const std::string& wav);
  [[nodiscard]] double seconds() const { return static_cast<double>(samples.size()) / 16'000; }
  /// Of its middle half, where a caller who began or stopped in between is not heard.
  [[nodiscard]] double hertz() const;
  /// RMS of its middle half in decibels against full scale.
  [[nodiscard]] double level_db() const;

  std::vector<std::int16_t> samples;
};

/// One request for a recording; an empty `authorization` sends none.
HttpMessage fetch(const base::Endpoint& at, const std::string& location, const std::string& authorization,
                  const std::string& headers = "", const std::string& method = "GET");
HttpMessage download(const base::Endpoint& at, const std::string& location, const std::string& token,
                     const std::string& headers = "");

/// What a record's ending offers, by Graph's members or, after a cancel, by ours; nothing if it offers
/// nothing.
std::optional<HttpMessage> download_offered(const base::Endpoint& at, const Heard& end);

int subcode(const Heard& end);
/// `@tonearm.capturedMs` in seconds.
double captured_seconds(const Heard& end);

/// A call whose caller whistles.
struct Whistler : LiveCall {
  /// `lost`: of each packet, whether it is.
  Whistler(const Listeners& at, Bot& the_bot, std::function<bool()> lost = {});
  /// `members`: of the body, besides those that keep silence and beep out of it.
  ApiAnswer record(const std::string& members);
  /// Records until something else ends it, and lets the caller be heard for a while. The operation's id.
  std::string record_for(std::chrono::milliseconds time);
};

}  // namespace tonearm::testing
