#include "media/g711.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace tonearm::media {
namespace {

TEST(G711, known_points_of_both_laws) {
  EXPECT_EQ(encode_sample(Codec::pcmu, 0), 0xFF);
  EXPECT_EQ(encode_sample(Codec::pcmu, 32767), 0x80);
  EXPECT_EQ(encode_sample(Codec::pcmu, -32768), 0x00);
  EXPECT_EQ(encode_sample(Codec::pcma, 0), 0xD5);
  EXPECT_EQ(encode_sample(Codec::pcma, 32767), 0xAA);
  EXPECT_EQ(encode_sample(Codec::pcma, -32768), 0x2A);
  EXPECT_EQ(decode_sample(Codec::pcmu, 0x80), 32124);  // G.711 table 2a: 8031 of 14 bits
  EXPECT_EQ(decode_sample(Codec::pcmu, 0x00), -32124);
  EXPECT_EQ(decode_sample(Codec::pcma, 0xAA), 32256);  // G.711 table 1a: 4032 of 13 bits
}

TEST(G711, every_byte_survives_decode_and_encode) {
  for (const Codec codec : {Codec::pcmu, Codec::pcma}) {
    for (int byte = 0; byte < 256; ++byte) {
      if (codec == Codec::pcmu && byte == 0x7F) continue;  // minus zero comes back as plus zero
      EXPECT_EQ(encode_sample(codec, decode_sample(codec, static_cast<std::uint8_t>(byte))), byte);
    }
  }
}

TEST(G711, the_error_stays_within_half_a_step_of_its_segment) {
  for (const Codec codec : {Codec::pcmu, Codec::pcma}) {
    for (int sample = -32000; sample <= 32000; sample += 7) {
      const int back = decode_sample(codec, encode_sample(codec, static_cast<std::int16_t>(sample)));
      EXPECT_LE(std::abs(back - sample), std::max(std::abs(sample) / 16, 16)) << sample;
    }
  }
}

TEST(G711, silence_is_the_byte_nearest_to_zero) {
  for (const Codec codec : {Codec::pcmu, Codec::pcma})
    EXPECT_LE(std::abs(decode_sample(codec, silence_byte(codec))), 8);
}

}  // namespace
}  // namespace tonearm::media
