#include "media/wav_decoder.hpp"

#include <cmath>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/g711.hpp"
#include "media/testing/wav.hpp"

namespace tonearm::media {
namespace {

using testing::make_wav;

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

TEST(WavDecoder, every_rate_keeps_length_level_and_frequency) {
  for (const int rate : {8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000}) {
    const auto prompt = decode_bytes(make_wav({.rate = rate, .seconds = 2.0, .hertz = 1000, .level = 0.5}));
    ASSERT_TRUE(prompt) << rate;
    EXPECT_EQ(prompt->duration(), std::chrono::milliseconds(2000)) << rate;
    for (const Codec codec : {Codec::pcmu, Codec::pcma}) {
      EXPECT_NEAR(level_at(*prompt, codec, 1000), 0.5, 0.02) << rate;
      EXPECT_LT(level_at(*prompt, codec, 700), 0.01) << rate;
    }
  }
}

TEST(WavDecoder, every_common_format_is_read) {
  for (const int format : {SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32,
                           SF_FORMAT_FLOAT, SF_FORMAT_DOUBLE, SF_FORMAT_ULAW, SF_FORMAT_ALAW,
                           SF_FORMAT_IMA_ADPCM, SF_FORMAT_MS_ADPCM, SF_FORMAT_GSM610}) {
    const auto prompt = decode_bytes(make_wav({.format = SF_FORMAT_WAV | format, .hertz = 500}));
    ASSERT_TRUE(prompt) << std::hex << format;
    EXPECT_NEAR(level_at(*prompt, Codec::pcmu, 500), 0.5, 0.05) << std::hex << format;
  }
  EXPECT_TRUE(decode_bytes(make_wav({.format = SF_FORMAT_WAVEX | SF_FORMAT_PCM_16})));
  EXPECT_TRUE(decode_bytes(make_wav({.format = SF_FORMAT_RF64 | SF_FORMAT_PCM_16})));
}

TEST(WavDecoder, stereo_is_mixed_down) {
  const auto prompt = decode_bytes(make_wav({.rate = 16000, .channels = 2}));
  ASSERT_TRUE(prompt);
  EXPECT_EQ(prompt->duration(), std::chrono::milliseconds(1000));
  EXPECT_NEAR(level_at(*prompt, Codec::pcmu, 440), 0.5, 0.02);
}

TEST(WavDecoder, the_last_frame_is_filled_with_silence) {
  const auto prompt = decode_bytes(make_wav({.seconds = 0.021}));
  ASSERT_TRUE(prompt);
  EXPECT_EQ(prompt->samples(), 2 * kFrameBytes);
  EXPECT_EQ(prompt->of(Codec::pcmu).back(), silence_byte(Codec::pcmu));
  EXPECT_EQ(prompt->of(Codec::pcma).back(), silence_byte(Codec::pcma));
}

TEST(WavDecoder, a_file_cut_short_plays_what_is_there) {
  const std::string wav = make_wav({.seconds = 1.0});
  const auto prompt = decode_bytes(wav.substr(0, wav.size() / 2));
  ASSERT_TRUE(prompt);
  EXPECT_NEAR(static_cast<double>(prompt->duration().count()), 500, 25);
}

TEST(WavDecoder, what_cannot_be_played_says_why) {
  const auto cause = [](const std::string& bytes) {
    const auto prompt = decode_bytes(bytes);
    return prompt ? std::string("played") : prompt.error().context;
  };
  EXPECT_EQ(cause(""), "not a readable WAV file");
  EXPECT_EQ(cause("RIFF"), "not a readable WAV file");
  EXPECT_EQ(cause("<html>404</html>"), "not a readable WAV file");
  EXPECT_EQ(cause(make_wav({}).substr(0, 30)), "not a readable WAV file");
  EXPECT_EQ(cause(make_wav({.format = SF_FORMAT_AIFF | SF_FORMAT_PCM_16})), "not a WAV file");
  EXPECT_EQ(cause(make_wav({.rate = 96000})), "sample rate 96000 Hz is outside 8000…48000");
  EXPECT_EQ(cause(make_wav({.rate = 7999})), "sample rate 7999 Hz is outside 8000…48000");
  EXPECT_EQ(cause(make_wav({.channels = 9})), "9 channels");
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
