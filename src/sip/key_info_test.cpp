#include "sip/key_info.hpp"

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

using call::Tone;

TEST(key_info, reads_what_phones_and_gateways_write) {
  const std::pair<const char*, Tone> cases[] = {
      {"Signal=5\r\nDuration=160\r\n", Tone::t5},
      {"Signal= 0\r\nDuration= 250\r\n", Tone::t0},
      {"Duration=100\r\nsignal=#\r\n", Tone::pound},
      {"Signal=*", Tone::star},
      {"Signal=10\r\n", Tone::star},
      {"Signal=11\n", Tone::pound},
      {"Signal=D\r\n", Tone::d},
      {"Signal=12\r\n", Tone::a},
      {"Signal=hf\r\n", Tone::flash},
      {"Signal=16\r\n", Tone::flash},
      {"Signal=!\r\n", Tone::flash},
      {"7", Tone::t7},
      {" c \r\n", Tone::c},
  };
  for (const auto& [body, tone] : cases) EXPECT_EQ(key_in(body), tone) << body;
}

TEST(key_info, anything_else_is_no_key) {
  for (const char* body :
       {"", "Signal=\r\n", "Signal=17", "Signal=e", "55x", "Duration=100\r\n", "Signal=5 6", "-1"})
    EXPECT_FALSE(key_in(body)) << body;
}

TEST(key_info, is_told_by_its_type) {
  Message info;
  info.content_type = "application/dtmf-relay";
  EXPECT_TRUE(is_key(info));
  info.content_type = "application/dtmf";
  EXPECT_TRUE(is_key(info));
  info.content_type = "application/media_control+xml";
  EXPECT_FALSE(is_key(info));
}

}  // namespace
}  // namespace tonearm::sip
