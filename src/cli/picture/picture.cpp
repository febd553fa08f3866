#include "cli/picture/picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace tonearm::cli {
namespace {

constexpr int kLabel = 10;    ///< Columns left of the drawing.
constexpr int kLaneRows = 3;  ///< Height of a lane.
/// What fills a lane: speech on a telephone lies between these [dBFS].
constexpr double kQuiet = -55;
constexpr double kLoud = -14;

struct Glyphs {
  std::vector<std::string_view> bars;  ///< From empty to full.
  std::string_view line, arrow, dot, axis, tick;
};

const Glyphs& glyphs_for(const TerminalStyle& style) {
  static const Glyphs kUnicode{{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, "│", "▲", "·", "─", "┬"};
  static const Glyphs kAscii{{" ", ".", ":", "#"}, "|", "^", ".", "-", "+"};
  return style.unicode ? kUnicode : kAscii;
}

/// Where a moment falls in the columns right of the labels.
class Scale {
 public:
  Scale(double from_ms, double to_ms, int width)
      : from_ms_(from_ms), ms_per_column_((to_ms - from_ms) / std::max(1, width - kLabel - 1)) {}
  [[nodiscard]] int column(double at_ms) const {
    return kLabel + static_cast<int>(std::lround((at_ms - from_ms_) / ms_per_column_));
  }
  [[nodiscard]] double ms_per_column() const { return ms_per_column_; }

 private:
  double from_ms_;
  double ms_per_column_;
};

/// The loudest step that touches a column.
double level_at(const Lane& lane, double begin_ms, double end_ms, double step_ms) {
  double level = kQuiet;
  const auto first = static_cast<std::size_t>(std::max(0.0, begin_ms / step_ms));
  for (std::size_t i = first; i < lane.levels.size() && static_cast<double>(i) * step_ms < end_ms; ++i) {
    level = std::max(level, lane.levels[i]);
  }
  return level;
}

/// A bar of the lane's height, from the bottom up.
void draw_bar(Canvas& canvas, int top, int column, double level, Ink ink, const Glyphs& glyphs) {
  const int steps = static_cast<int>(glyphs.bars.size()) - 1;
  const double share = std::clamp((level - kQuiet) / (kLoud - kQuiet), 0.0, 1.0);
  int filled = static_cast<int>(std::ceil(share * steps * kLaneRows));
  for (int row = kLaneRows - 1; row >= 0 && filled > 0; --row, filled -= steps) {
    canvas.put(top + row, column, glyphs.bars[static_cast<std::size_t>(std::min(filled, steps))], ink);
  }
}

void draw_axis(Canvas& canvas, int row, const Picture& picture, const Scale& scale, const Glyphs& glyphs) {
  for (int column = kLabel; column < canvas.columns(); ++column)
    canvas.put(row, column, glyphs.axis, Ink::dim);
  const double span = picture.to_ms - picture.from_ms;
  const double every_ms = span > 12'000 ? 2000 : 1000;
  for (double at = std::ceil(picture.from_ms / every_ms) * every_ms; at <= picture.to_ms; at += every_ms) {
    const std::string label = fmt::format("{:.0f} s", at / 1000);
    canvas.put(row, scale.column(at), glyphs.tick, Ink::dim);
    if (scale.column(at) + static_cast<int>(label.size()) > canvas.columns()) break;
    canvas.write(row + 1, scale.column(at), label, Ink::dim);
  }
}

}  // namespace

std::string draw(const Picture& picture, const TerminalStyle& style) {
  const Glyphs& glyphs = glyphs_for(style);
  const Scale scale(picture.from_ms, picture.to_ms, style.width);
  const int lane_height = kLaneRows + 1;
  const int axis = static_cast<int>(picture.lanes.size()) * lane_height;
  const int mark_row = axis + 2;
  Canvas canvas(mark_row + 1, style.width);

  for (std::size_t i = 0; i < picture.lanes.size(); ++i) {
    const Lane& lane = picture.lanes[i];
    const int top = static_cast<int>(i) * lane_height;
    canvas.write(top + kLaneRows - 1, 1, lane.name, lane.ink);
    for (int column = kLabel; column < style.width; ++column) {
      const double begin = (column - kLabel - 0.5) * scale.ms_per_column();
      const double level = level_at(lane, begin, begin + scale.ms_per_column(), picture.step_ms);
      draw_bar(canvas, top, column, level, lane.ink, glyphs);
    }
    for (const Mark& caption : lane.captions) {
      canvas.write(top + kLaneRows, scale.column(caption.at_ms), caption.label, Ink::dim);
    }
  }
  draw_axis(canvas, axis, picture, scale, glyphs);
  for (const Mark& mark : picture.marks) {
    const int column = scale.column(mark.at_ms);
    for (int row = 0; row <= axis; ++row) canvas.put(row, column, glyphs.line, Ink::red);
    canvas.put(axis + 1, column, glyphs.line, Ink::red);
    const int room = style.width - static_cast<int>(mark.label.size());
    canvas.write(mark_row, std::clamp(column - 1, 0, std::max(0, room)), mark.label, Ink::red);
  }
  return canvas.render(style);
}

std::string draw(const PacketStrip& strip, const TerminalStyle& style) {
  const Glyphs& glyphs = glyphs_for(style);
  const Scale scale(strip.from_ms, strip.to_ms, style.width);
  Canvas canvas(1 + static_cast<int>(strip.marks.size()), style.width);
  canvas.write(0, 1, "packets", Ink::cyan);
  for (const PacketStrip::Packet& packet : strip.packets) {
    if (packet.at_ms < strip.from_ms || packet.at_ms > strip.to_ms) continue;
    const int column = scale.column(packet.at_ms);
    if (packet.sound) {
      canvas.put(0, column, glyphs.bars.back(), Ink::cyan);
    } else {
      canvas.put(0, column, glyphs.dot, Ink::dim);
    }
  }
  for (std::size_t i = 0; i < strip.marks.size(); ++i) {
    const Mark& mark = strip.marks[i];
    const int row = 1 + static_cast<int>(i);
    const int column = scale.column(mark.at_ms);
    canvas.put(row, column, glyphs.arrow, Ink::red);
    const int length = static_cast<int>(mark.label.size());
    const bool fits_right = column + 2 + length <= style.width;
    canvas.write(row, fits_right ? column + 2 : std::max(0, column - 1 - length), mark.label, Ink::red);
  }
  return canvas.render(style);
}

}  // namespace tonearm::cli
