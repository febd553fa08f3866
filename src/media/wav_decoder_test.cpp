#include "media/wav_decoder.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/g711.hpp"
#include "media/testing/wav.hpp"

namespace tonearm::media {
namespace {

using testing::make_wav;
using testing::WavSpec;

base::Result<EncodedPrompt> decode_bytes(const std::string& bytes) {
  return decode_wav({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

/// Level of one frequency, of full scale (Goertzel's sum, done plainly).
double level_at(const EncodedPrompt& prompt, Codec codec, double hertz) {
  std::vector<std::int16_t> samples(prompt.samples());
  decode(codec, prompt.of(codec), samples);
  double re = 0;
  double im = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / kClockRate;
    re += samples[i] * std::cos(angle);
    im += samples[i] * std::sin(angle);
  }
  return 2 * std::hypot(re, im) / static_cast<double>(samples.size()) / 32768;
}

constexpr int kRates[] = {8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000};

struct Encoding {
  const char* name;
  int subtype;
  double within;  ///< Of full scale: what the encoding itself may change of a level of 0.5.
};

class EncodingTest : public ::testing::TestWithParam<Encoding> {};

TEST_P(EncodingTest, keeps_level_frequency_and_length_at_every_rate_in_mono_and_stereo) {
  for (const int container : {SF_FORMAT_WAV, SF_FORMAT_WAVEX, SF_FORMAT_RF64}) {
    for (const int rate : kRates) {
      for (const int channels : {1, 2}) {
        const WavSpec spec{.rate = rate,
                           .channels = channels,
                           .format = container | GetParam().subtype,
                           .seconds = 0.5,
                           .hertz = 1000};
        const std::string file = make_wav(spec);
        if (file.empty()) continue;  // libsndfile has no such encoding in this container, or for stereo
        SCOPED_TRACE(fmt::format("container {:x}, {} Hz, {} channels", container, rate, channels));
        const auto prompt = decode_bytes(file);
        ASSERT_TRUE(prompt) << prompt.error().context;
        // Encodings in blocks fill up their last one.
        EXPECT_GE(prompt->duration().count(), 500);
        EXPECT_LE(prompt->duration().count(), GetParam().within > 0.02 ? 640 : 500);
        for (const Codec codec : {Codec::pcmu, Codec::pcma}) {
          EXPECT_NEAR(level_at(*prompt, codec, 1000), 0.5, GetParam().within);
          EXPECT_LT(level_at(*prompt, codec, 700), 0.02);
        }
      }
    }
  }
  EXPECT_FALSE(make_wav({.format = SF_FORMAT_WAV | GetParam().subtype}).empty()) << "nothing was tested";
}

INSTANTIATE_TEST_SUITE_P(WavDecoder, EncodingTest,
                         ::testing::Values(Encoding{"unsigned_8_bit", SF_FORMAT_PCM_U8, 0.02},
                                           Encoding{"linear_16_bit", SF_FORMAT_PCM_16, 0.02},
                                           Encoding{"linear_24_bit", SF_FORMAT_PCM_24, 0.02},
                                           Encoding{"linear_32_bit", SF_FORMAT_PCM_32, 0.02},
                                           Encoding{"float_32_bit", SF_FORMAT_FLOAT, 0.02},
                                           Encoding{"float_64_bit", SF_FORMAT_DOUBLE, 0.02},
                                           Encoding{"mu_law", SF_FORMAT_ULAW, 0.02},
                                           Encoding{"a_law", SF_FORMAT_ALAW, 0.02},
                                           Encoding{"ima_adpcm", SF_FORMAT_IMA_ADPCM, 0.15},
                                           Encoding{"ms_adpcm", SF_FORMAT_MS_ADPCM, 0.15},
                                           Encoding{"gsm", SF_FORMAT_GSM610, 0.15}),
                         [](const auto& tested) { return tested.param.name; });

TEST(WavDecoder, every_rate_keeps_a_tone_of_two_seconds_to_the_millisecond) {
  for (const int rate : kRates) {
    const auto prompt = decode_bytes(make_wav({.rate = rate, .seconds = 2.0, .hertz = 1000, .level = 0.5}));
    ASSERT_TRUE(prompt) << rate;
    EXPECT_EQ(prompt->duration(), std::chrono::milliseconds(2000)) << rate;
  }
}

TEST(WavDecoder, what_8_khz_cannot_carry_is_filtered_out_and_not_folded_down) {
  const auto prompt = decode_bytes(make_wav({.rate = 44100, .hertz = 7000}));
  ASSERT_TRUE(prompt);
  EXPECT_LT(level_at(*prompt, Codec::pcmu, 1000), 0.005);
}

TEST(WavDecoder, stereo_is_mixed_down_so_that_one_sided_sound_is_half_as_loud) {
  std::string wav = make_wav({.rate = 16000, .channels = 2});
  const std::size_t header = wav.size() - 16000 * 4;
  for (std::size_t frame = 0; frame < 16000; ++frame) wav.replace(header + frame * 4 + 2, 2, 2, '\0');
  const auto prompt = decode_bytes(wav);
  ASSERT_TRUE(prompt);
  EXPECT_EQ(prompt->duration(), std::chrono::milliseconds(1000));
  EXPECT_NEAR(level_at(*prompt, Codec::pcmu, 440), 0.25, 0.02);
}

TEST(WavDecoder, float_sound_beyond_full_scale_is_cut_and_what_is_no_number_is_silent) {
  std::string wav = make_wav({.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT, .level = 4.0});
  const auto loud = decode_bytes(wav);
  ASSERT_TRUE(loud);
  EXPECT_NEAR(level_at(*loud, Codec::pcmu, 440), 4 / std::numbers::pi, 0.05);  // nearly a square wave
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t at = wav.size() - 8000 * sizeof nan; at < wav.size(); at += sizeof nan)
    std::memcpy(wav.data() + at, &nan, sizeof nan);
  const auto silent = decode_bytes(wav);
  ASSERT_TRUE(silent);
  EXPECT_LT(level_at(*silent, Codec::pcmu, 440), 0.001);
}

TEST(WavDecoder, the_last_frame_is_filled_with_silence) {
  const auto prompt = decode_bytes(make_wav({.seconds = 0.021}));
  ASSERT_TRUE(prompt);
  EXPECT_EQ(prompt->samples(), 2 * kFrameBytes);
  EXPECT_EQ(prompt->of(Codec::pcmu).back(), silence_byte(Codec::pcmu));
  EXPECT_EQ(prompt->of(Codec::pcma).back(), silence_byte(Codec::pcma));
}

std::string cause(const std::string& bytes) {
  const auto prompt = decode_bytes(bytes);
  return prompt ? std::string("played") : prompt.error().context;
}

/// The same file with another number of 32 bits at `at`.
std::string with_number(std::string bytes, std::size_t at, std::uint32_t number) {
  std::memcpy(bytes.data() + at, &number, sizeof number);  // little-endian, as WAV is
  return bytes;
}

constexpr std::size_t kDataLengthAt = 40;  // of make_wav's 16-bit files

TEST(WavDecoder, a_file_that_ends_before_its_audio_does_is_not_played_in_part) {
  const std::string wav = make_wav({.seconds = 1.0});
  EXPECT_EQ(cause(wav.substr(0, 44 + 8000)),
            "the file ends before its audio does: 8000 of 16000 bytes are there");
  EXPECT_EQ(cause(with_number(wav, kDataLengthAt, 32'000)),
            "the file ends before its audio does: 16000 of 32000 bytes are there");
  for (const int container : {int{SF_FORMAT_RF64}, int{SF_FORMAT_WAVEX}, SF_FORMAT_WAV | SF_ENDIAN_BIG}) {
    const std::string other = make_wav({.format = container | SF_FORMAT_PCM_16});
    EXPECT_EQ(cause(other), "played") << std::hex << container;
    EXPECT_THAT(cause(other.substr(0, other.size() / 2)), ::testing::HasSubstr("ends before its audio does"))
        << std::hex << container;
  }
  EXPECT_EQ(cause(wav.substr(0, wav.size() - 44)), "played") << "its writer counted the header in";
}

TEST(WavDecoder, a_data_length_shorter_than_the_file_counts) {
  const auto prompt = decode_bytes(with_number(make_wav({.seconds = 1.0}), kDataLengthAt, 8000));
  ASSERT_TRUE(prompt);
  EXPECT_EQ(prompt->duration(), std::chrono::milliseconds(500));
}

TEST(WavDecoder, a_streamed_file_without_a_length_plays_to_its_end) {
  for (const std::uint32_t length : {0xFFFFFFFFU, 0x80000000U, 0x7FFFFFFFU, 0x7FFFF000U}) {
    const std::string wav = make_wav({.seconds = 1.0});
    const auto prompt = decode_bytes(with_number(with_number(wav, 4, length), kDataLengthAt, length));
    ASSERT_TRUE(prompt) << length;
    EXPECT_EQ(prompt->duration(), std::chrono::milliseconds(1000)) << length;
  }
}

TEST(WavDecoder, another_format_is_named) {
  const std::pair<int, const char*> made[] = {
      {SF_FORMAT_AIFF | SF_FORMAT_PCM_16, "AIFF"},        {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, "FLAC"},
      {SF_FORMAT_OGG | SF_FORMAT_VORBIS, "Ogg"},          {SF_FORMAT_AU | SF_FORMAT_PCM_16, "AU"},
      {SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, "MP3"},
  };
  for (const auto& [format, name] : made) {
    const std::string file = make_wav({.rate = 16000, .format = format});
    ASSERT_FALSE(file.empty()) << name;
    EXPECT_EQ(cause(file), std::string("not a WAV file but ") + name);
  }
  EXPECT_EQ(cause(std::string("\xff\xfb\x90\x64", 4) + std::string(400, '\0')), "not a WAV file but MP3");
  EXPECT_EQ(cause("\r\n<!DOCTYPE html><html>404</html>"), "not a WAV file but HTML or XML");
  EXPECT_EQ(cause("{\"error\":\"expired\"}"), "not a WAV file but JSON");
  EXPECT_EQ(cause("\x1f\x8b\x08 and so on"), "not a WAV file but gzip");
  EXPECT_EQ(cause(std::string("RIFF\x10\0\0\0AVI LIST", 16)), "not a WAV file but AVI");
  EXPECT_EQ(cause("this is no sound"), "not a WAV file");
}

TEST(WavDecoder, what_cannot_be_played_says_why) {
  const char* incomplete = "a WAV file whose header is incomplete or whose encoding is not known";
  EXPECT_EQ(cause(""), "the file is empty");
  EXPECT_EQ(cause("RIFF"), incomplete);
  for (const std::size_t size : {9U, 12U, 20U, 30U, 36U})
    EXPECT_EQ(cause(make_wav({}).substr(0, size)), incomplete) << size;
  for (const std::size_t size : {43U, 44U}) EXPECT_NE(cause(make_wav({}).substr(0, size)), "played") << size;
  EXPECT_EQ(cause(with_number(make_wav({}), 20, 0x0001'1234)), incomplete) << "no such encoding";
  EXPECT_EQ(cause(make_wav({.rate = 96000})), "sample rate 96000 Hz is outside 8000…48000");
  EXPECT_EQ(cause(make_wav({.rate = 7999})), "sample rate 7999 Hz is outside 8000…48000");
  EXPECT_EQ(cause(with_number(make_wav({}), 24, 1)), "sample rate 1 Hz is outside 8000…48000");
  EXPECT_EQ(cause(with_number(make_wav({}), 24, 0x7FFF'FFFF)),
            "sample rate 2147483647 Hz is outside 8000…48000");
  EXPECT_NE(cause(with_number(make_wav({}), 24, 0)), "played");
  EXPECT_NE(cause(with_number(make_wav({}), 24, 0xFFFF'FFFF)), "played");
  EXPECT_EQ(cause(make_wav({.channels = 9})), "9 channels");
  EXPECT_EQ(cause(make_wav({.channels = 8})), "played");
  EXPECT_EQ(cause(make_wav({.seconds = 0})), "no audio in the file");
}

TEST(WavDecoder, damaged_files_do_no_harm) {
  const std::string good = make_wav({.rate = 16000, .seconds = 0.05});
  std::mt19937 random(5);
  for (int i = 0; i < 3000; ++i) {
    std::string bad = good;
    for (int n = 0; n < 4; ++n) bad[random() % 64] = static_cast<char>(random());
    (void)decode_bytes(bad);
  }
}

}  // namespace
}  // namespace tonearm::media
