#pragma once

#include <string>
#include <vector>

#include "cli/picture/canvas.hpp"

namespace tonearm::cli {

/// A moment that is drawn as a line through all lanes, as an arrow below the packets, or
/// as a word below a lane.
struct Mark {
  double at_ms = 0;
  std::string label;  ///< ASCII.
};

/// One side's sound: loudness in equal steps of time.
struct Lane {
  std::string name;  ///< ASCII, ≤ 8 characters.
  Ink ink = Ink::plain;
  std::vector<double> levels;    ///< [dBFS], one per `Picture::step_ms`, from the picture's beginning.
  std::vector<Mark> captions{};  ///< Written below the lane, each from its time on.
};

/// The sound of a call over time. Times are milliseconds on one clock.
struct Picture {
  double from_ms = 0;
  double to_ms = 0;
  double step_ms = 20;
  std::vector<Lane> lanes;
  std::vector<Mark> marks;
};

/// Bars for each lane above a scale in seconds, marks as lines through them.
[[nodiscard]] std::string draw(const Picture& picture, const TerminalStyle& style);

/// The packets of a short time, one by one.
struct PacketStrip {
  struct Packet {
    double at_ms = 0;
    bool sound = false;  ///< Else the codec's silence.
  };
  double from_ms = 0;
  double to_ms = 0;
  std::vector<Packet> packets;
  std::vector<Mark> marks;  ///< In order of time.
};

/// One row of packets, and below it a row for each mark with an arrow at its place.
[[nodiscard]] std::string draw(const PacketStrip& strip, const TerminalStyle& style);

}  // namespace tonearm::cli
