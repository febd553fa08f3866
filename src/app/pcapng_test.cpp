#include "app/pcapng.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace tonearm::app {
namespace {

using namespace std::string_literals;

std::uint32_t number_at(const std::string& file, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i > 0; --i) value = value << 8 | static_cast<std::uint8_t>(file.at(at + i - 1));
  return value;
}

/// The blocks of a file, after looking that each says its length twice and fills whole words.
std::vector<std::string> blocks_of(const std::string& file) {
  std::vector<std::string> blocks;
  for (std::size_t at = 0; at < file.size();) {
    const std::uint32_t length = number_at(file, at + 4);
    EXPECT_EQ(length % 4, 0U);
    EXPECT_EQ(number_at(file, at + length - 4), length);
    blocks.push_back(file.substr(at, length));
    at += length;
  }
  return blocks;
}

TEST(pcapng, a_file_is_a_section_an_interface_and_the_packets) {
  const CapturedPacket packets[] = {
      {base::WallTime(std::chrono::nanoseconds(0x1122334455667788)), true, "abcde", 9, "cut"},
      {base::WallTime(), false, "abcd", 4, ""}};
  const auto blocks = blocks_of(write_pcapng("all of it", packets));
  ASSERT_EQ(blocks.size(), 4U);

  EXPECT_EQ(blocks[0].substr(0, 4), "\x0A\x0D\x0D\x0A");
  EXPECT_EQ(blocks[0].substr(8, 16), "\x4D\x3C\x2B\x1A\x01\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s);
  EXPECT_EQ(blocks[0].substr(24, 16), "\x01\x00\x09\x00"s + "all of it\0\0\0"s);

  EXPECT_EQ(blocks[1],
            "\x01\x00\x00\x00\x20\x00\x00\x00\x65\x00\x00\x00\x00\x00\x00\x00"
            "\x09\x00\x01\x00\x09\x00\x00\x00\x00\x00\x00\x00\x20\x00\x00\x00"s);

  EXPECT_EQ(blocks[2],
            "\x06\x00\x00\x00\x3C\x00\x00\x00\x00\x00\x00\x00"
            "\x44\x33\x22\x11\x88\x77\x66\x55\x05\x00\x00\x00\x09\x00\x00\x00"
            "abcde\0\0\0"
            "\x02\x00\x04\x00\x02\x00\x00\x00\x01\x00\x03\x00"
            "cut\0\x00\x00\x00\x00\x3C\x00\x00\x00"s);

  EXPECT_EQ(number_at(blocks[3], 20), 4U);
  EXPECT_EQ(number_at(blocks[3], 24), 4U);
  EXPECT_EQ(blocks[3].substr(28, 16), "abcd\x02\x00\x04\x00\x01\x00\x00\x00\x00\x00\x00\x00"s);
}

TEST(pcapng, a_call_of_which_nothing_was_said_is_a_file_too) {
  EXPECT_EQ(blocks_of(write_pcapng("", {})).size(), 2U);
}

}  // namespace
}  // namespace tonearm::app
