#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace tonearm::call {

/// The settings that the domain obeys; fixed for the life of a call. Defaults as in `tonearm.example.toml`.
struct CallPolicy {
  std::size_t queue_max = 100;  ///< Operations queued behind the running one.
  std::chrono::milliseconds answer_timeout{15'000};
  std::chrono::milliseconds bot_acceptance{5'000};
  std::chrono::milliseconds keepalive_timeout{45 * 60'000};
  std::chrono::milliseconds duration_max{24 * 3'600'000};
  std::chrono::milliseconds ringing_timeout{60'000};
  std::chrono::milliseconds prompt_timeout{10'000};
  std::string fallback;  ///< "503"-like SIP status, or a sip: address; empty = wait for `answer_timeout`.
  bool auto_answer = false;
};

}  // namespace tonearm::call
