#include "sip/sdp.hpp"

#include <random>

#include <gtest/gtest.h>

#include "sip/errc.hpp"

namespace tonearm::sip {
namespace {

constexpr const char* kPhone =
    "v=0\r\no=ada 123 456 IN IP4 192.0.2.7\r\ns=call\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\na=tool:phone\r\n"
    "m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n"
    "m=video 4002 RTP/AVP 96\r\nc=IN IP6 2001:db8::1\r\n";

TEST(sdp, a_phones_description_is_read) {
  const auto sdp = parse_sdp(kPhone);
  ASSERT_TRUE(sdp);
  EXPECT_EQ(sdp->origin.session_id, "123");
  EXPECT_EQ(sdp->origin.version, 456u);
  ASSERT_EQ(sdp->media.size(), 2u);
  EXPECT_EQ(sdp->media[0].port, 4000);
  EXPECT_EQ(sdp->media[0].formats, (std::vector<std::string>{"0", "8", "101"}));
  EXPECT_EQ(sdp->address_of(sdp->media[0]), "192.0.2.7");
  EXPECT_EQ(sdp->address_of(sdp->media[1]), "2001:db8::1");
  ASSERT_NE(sdp->media[0].find("rtpmap"), nullptr);
  EXPECT_EQ(*sdp->media[0].find("rtpmap"), "0 PCMU/8000");
  EXPECT_EQ(*sdp->find("tool"), "phone");
}

TEST(sdp, what_is_written_reads_back_equal) {
  const auto sdp = parse_sdp(kPhone);
  ASSERT_TRUE(sdp);
  const auto again = parse_sdp(to_string(*sdp));
  ASSERT_TRUE(again);
  EXPECT_EQ(*sdp, *again);
}

TEST(sdp, lenient_where_phones_are) {
  EXPECT_TRUE(parse_sdp("v=0\nm=audio 4000 RTP/AVP 0\n"));  // bare LF, no o=, s=, t=
  EXPECT_TRUE(
      parse_sdp("v=0\r\nx=what\r\n\r\nm=audio 9/2 RTP/AVP 0\r\n"));  // unknown line, blank line, count
  EXPECT_TRUE(parse_sdp("v=0\r\no=- 1 99999999999999999999999 IN IP4 h\r\n"));
  EXPECT_TRUE(parse_sdp("v=0\r\nc=IN IP4 media.example.com\r\nm=audio 4000 RTP/AVP 0"));
}

TEST(sdp, broken_descriptions_are_refused) {
  for (const char* text :
       {"", "v=1\r\n", "m=audio 1 RTP/AVP 0\r\n", "v=0\r\nm=audio\r\n", "v=0\r\nm=audio x RTP/AVP 0\r\n",
        "v=0\r\nm=audio 65536 RTP/AVP 0\r\n", "v=0\r\nc=IN IP5 1.2.3.4\r\n", "v=0\r\nc=IN IP4 a b\r\n",
        "v=0\r\nc=IN IP4 a;b\r\n", "v=0\r\nhello\r\n", "v=0\r\na=:x\r\n", "v=0\r\no=- 1 1 IN IP4\r\n"}) {
    const auto sdp = parse_sdp(text);
    ASSERT_FALSE(sdp) << text;
    EXPECT_EQ(sdp.error().code, SipErrc::malformed_sdp) << text;
  }
}

std::string repeated(std::string_view head, std::string_view piece, std::size_t times) {
  std::string text(head);
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

TEST(sdp, limits_hold_at_the_limit_and_one_past_it) {
  const std::string media = "m=audio 1 RTP/AVP 0\r\n";
  EXPECT_TRUE(parse_sdp(repeated("v=0\r\n", media, SdpLimits::kMedia)));
  EXPECT_FALSE(parse_sdp(repeated("v=0\r\n", media, SdpLimits::kMedia + 1)));
  EXPECT_TRUE(parse_sdp(repeated("v=0\r\n", "a=x\r\n", SdpLimits::kAttributes)));
  EXPECT_FALSE(parse_sdp(repeated("v=0\r\n", "a=x\r\n", SdpLimits::kAttributes + 1)));
  EXPECT_TRUE(parse_sdp(repeated("v=0\r\nm=audio 1 RTP/AVP", " 0", SdpLimits::kFormats)));
  EXPECT_FALSE(parse_sdp(repeated("v=0\r\nm=audio 1 RTP/AVP", " 0", SdpLimits::kFormats + 1)));
  EXPECT_TRUE(parse_sdp(repeated("v=0\r\n", std::string(SdpLimits::kLine - 2, 'x').insert(0, "s="), 1)));
  EXPECT_FALSE(parse_sdp(repeated("v=0\r\n", std::string(SdpLimits::kLine - 1, 'x').insert(0, "s="), 1)));
  EXPECT_TRUE(parse_sdp(repeated("v=0\r\n", "\n", SdpLimits::kBytes - 5)));
  EXPECT_FALSE(parse_sdp(repeated("v=0\r\n", "\n", SdpLimits::kBytes - 4)));
}

TEST(sdp, random_and_mutated_bytes_never_crash) {
  std::mt19937 random(7);
  const std::string phone(kPhone);
  for (int round = 0; round < 20000; ++round) {
    std::string text = phone;
    const int changes = 1 + static_cast<int>(random() % 8);
    for (int i = 0; i < changes; ++i) text[random() % text.size()] = static_cast<char>(random());
    if (round % 4 == 0) text.resize(random() % text.size());
    if (const auto sdp = parse_sdp(text); sdp && !sdp->origin.address.empty()) {
      EXPECT_TRUE(parse_sdp(to_string(*sdp))) << text;
    }
  }
}

}  // namespace
}  // namespace tonearm::sip
