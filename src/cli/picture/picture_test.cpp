#include "cli/picture/picture.hpp"

#include <cmath>
#include <sstream>

#include <gtest/gtest.h>

namespace tonearm::cli {
namespace {

const TerminalStyle kAscii{.width = 60, .unicode = false, .colour = false};
const TerminalStyle kUnicode{.width = 60, .unicode = true, .colour = false};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Characters, not bytes.
std::size_t columns_of(const std::string& line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// 4.9 s: loud for the first two, then nothing.
Picture two_seconds_of_sound() {
  Picture picture;
  picture.to_ms = 4900;
  Lane bot{"bot", Ink::plain, std::vector<double>(245, -90)};
  std::fill_n(bot.levels.begin(), 100, -10.0);
  picture.lanes = {bot, {"caller", Ink::plain, std::vector<double>(245, -30)}};
  picture.marks = {{2000, "cancel"}};
  return picture;
}

TEST(picture, is_never_wider_than_the_terminal) {
  for (const TerminalStyle& style : {kAscii, kUnicode}) {
    for (const std::string& line : lines_of(draw(two_seconds_of_sound(), style))) {
      EXPECT_LE(columns_of(line), 60u) << line;
    }
  }
}

TEST(picture, sound_stands_before_the_mark_and_not_behind_it) {
  const std::string row = lines_of(draw(two_seconds_of_sound(), kAscii)).at(0);
  const auto line = row.find('|');
  ASSERT_NE(line, std::string::npos);
  EXPECT_EQ(line, 10u + 20u);  // 100 ms per column
  EXPECT_EQ(row.substr(10, 20), std::string(20, '#'));
  EXPECT_EQ(row.find('#', line), std::string::npos);
}

TEST(picture, a_mark_is_a_line_through_every_row_down_to_its_label) {
  const auto lines = lines_of(draw(two_seconds_of_sound(), kAscii));
  ASSERT_EQ(lines.size(), 11u);
  for (std::size_t row = 0; row + 1 < lines.size(); ++row) EXPECT_EQ(lines[row].at(30), '|') << row;
  EXPECT_EQ(lines.back(), std::string(29, ' ') + "cancel");
}

TEST(picture, a_label_at_the_right_edge_stays_inside) {
  Picture picture = two_seconds_of_sound();
  picture.marks = {{4900, "200 received"}};
  EXPECT_EQ(lines_of(draw(picture, kAscii)).back().size(), 60u);
}

TEST(picture, quieter_sound_makes_lower_bars) {
  const auto lines = lines_of(draw(two_seconds_of_sound(), kUnicode));
  EXPECT_EQ(lines[4].find("█"), std::string::npos);  // the caller's upper row
  EXPECT_NE(lines[6].find("█"), std::string::npos);  // its lowest
  EXPECT_NE(lines[6].find("caller"), std::string::npos);
}

TEST(picture, ascii_has_no_byte_beyond_ascii_and_no_colour_has_no_escape) {
  for (const char c : draw(two_seconds_of_sound(), kAscii)) EXPECT_GE(c, '\n');
  EXPECT_EQ(draw(two_seconds_of_sound(), kUnicode).find('\x1b'), std::string::npos);
  const TerminalStyle coloured{.width = 60, .unicode = true, .colour = true};
  EXPECT_NE(draw(two_seconds_of_sound(), coloured).find("\x1b[31m"), std::string::npos);
}

TEST(picture, a_caption_stands_below_its_lane_from_its_time_on) {
  Picture picture = two_seconds_of_sound();
  picture.lanes[0].captions = {{1000, "welcome"}};
  EXPECT_EQ(lines_of(draw(picture, kAscii)).at(3), std::string(20, ' ') + "welcome   |");
}

TEST(picture, without_levels_is_empty_lanes_and_an_axis) {
  Picture picture;
  picture.to_ms = 1000;
  picture.lanes = {{"bot", Ink::plain, {}}};
  EXPECT_EQ(lines_of(draw(picture, kAscii)).at(0), "");
}

TEST(packet_strip, shows_packets_of_sound_and_of_silence_and_what_happened_below) {
  PacketStrip strip{.from_ms = 0,
                    .to_ms = 98,
                    .packets = {{0, true}, {20, true}, {40, false}, {60, false}, {400, true}},
                    .marks = {{22, "cancel sent"}, {96, "200 received"}}};
  const auto lines = lines_of(draw(strip, kAscii));  // 2 ms per column
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], " packets  #         #         .         .");
  EXPECT_EQ(lines[1], std::string(21, ' ') + "^ cancel sent");
  EXPECT_EQ(lines[2].substr(lines[2].size() - 14), "200 received ^");
}

}  // namespace
}  // namespace tonearm::cli
