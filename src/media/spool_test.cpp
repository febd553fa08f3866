#include "media/spool.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace tonearm::media {
namespace {

using std::chrono::milliseconds;

constexpr base::TimePoint kBegan{std::chrono::hours(5)};

CapturedPacket packet(int i) {
  CapturedPacket packet;
  packet.arrival = kBegan + milliseconds(20 * (i + 1));
  packet.ssrc = 7;
  packet.timestamp = static_cast<std::uint32_t>(4'000'000'000U + 160U * static_cast<unsigned>(i));
  packet.sequence = static_cast<std::uint16_t>(65'530 + i);
  packet.codec = i % 2 == 0 ? Codec::pcmu : Codec::pcma;
  packet.size = static_cast<std::uint8_t>(150 + i);
  packet.payload.fill(static_cast<std::uint8_t>(i));
  return packet;
}

std::string spool_of(int packets) {
  std::string bytes;
  append_spool_header(bytes);
  for (int i = 0; i < packets; ++i) append_spool_audio(bytes, kBegan, packet(i));
  return bytes;
}

auto read(std::string_view bytes) {
  return read_spool({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

TEST(Spool, gives_back_what_was_put_in) {
  const std::string bytes = spool_of(10);
  const auto spool = read(bytes);
  ASSERT_TRUE(spool);
  ASSERT_EQ(spool->audio.size(), 10U);
  for (int i = 0; i < 10; ++i) {
    const SpooledAudio& piece = spool->audio[static_cast<std::size_t>(i)];
    EXPECT_EQ(piece.arrival, milliseconds(20 * (i + 1)));
    EXPECT_EQ(piece.ssrc, 7U);
    EXPECT_EQ(piece.timestamp, packet(i).timestamp);
    EXPECT_EQ(piece.sequence, packet(i).sequence);
    EXPECT_EQ(piece.codec, packet(i).codec);
    EXPECT_EQ(piece.payload.size(), packet(i).size);
    EXPECT_TRUE(std::ranges::all_of(piece.payload, [&](std::uint8_t b) { return b == i; }));
  }
  EXPECT_FALSE(spool->length);
  EXPECT_EQ(spool->captured(), milliseconds(200));
}

TEST(Spool, cut_off_at_any_byte_is_good_up_to_there) {
  const std::string whole = spool_of(5);
  const std::size_t header = spool_of(0).size();
  std::size_t entry_end = spool_of(1).size();
  std::size_t expected = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto spool = read(std::string_view(whole).substr(0, size));
    ASSERT_EQ(spool.has_value(), size >= header) << size;
    if (!spool) continue;
    if (size >= entry_end) entry_end = spool_of(static_cast<int>(++expected) + 1).size();
    ASSERT_EQ(spool->audio.size(), expected) << size;
  }
}

TEST(Spool, ends_where_a_page_did_not_reach_the_disk) {
  const std::string whole = spool_of(5);
  for (std::size_t at = spool_of(2).size(); at < spool_of(3).size(); ++at) {
    std::string torn = whole;
    torn[at] = static_cast<char>(torn[at] ^ 0x40);
    const auto spool = read(torn);
    ASSERT_TRUE(spool);
    ASSERT_EQ(spool->audio.size(), 2U) << at;
  }
  const auto zeroed = read(whole + std::string(5'000, '\0'));
  ASSERT_TRUE(zeroed);
  EXPECT_EQ(zeroed->audio.size(), 5U);
}

TEST(Spool, an_end_says_how_long_it_is) {
  std::string bytes = spool_of(10);
  append_spool_end(bytes, milliseconds(130));
  const auto spool = read(bytes);
  ASSERT_TRUE(spool);
  EXPECT_EQ(spool->audio.size(), 10U);
  EXPECT_EQ(spool->captured(), milliseconds(130));
}

TEST(Spool, what_is_none_is_refused) {
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read("RIFF1234"));
}

}  // namespace
}  // namespace tonearm::media
