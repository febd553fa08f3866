#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace tonearm::app {

/// One packet of a capture, from its IP header on. Threading: a value.
struct CapturedPacket {
  base::WallTime at;
  bool sent = false;    ///< By us, else received.
  std::string bytes;    ///< What is there of it.
  std::size_t length;   ///< What it had on the wire, ≥ `bytes.size()`.
  std::string comment;  ///< For people; empty: none.
};

/// A whole capture file: one section with `comment`, one interface of raw IP with time stamps in nanoseconds,
/// the packets in the order given (draft-ietf-opsawg-pcapng; little endian). Pure.
[[nodiscard]] std::string write_pcapng(std::string_view comment, std::span<const CapturedPacket> packets);

}  // namespace tonearm::app
