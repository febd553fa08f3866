#include "sip/negotiate.hpp"

#include <gtest/gtest.h>

#include "sip/errc.hpp"

namespace tonearm::sip {
namespace {

using call::Codec;
using call::MediaDirection;

const call::LocalMedia kLocal{{"198.51.100.1", 20000}, {"198.51.100.1", 20001}};

Sdp offer_with(const std::string& lines, const std::string& address = "192.0.2.7") {
  const std::string family = address.find(':') == std::string::npos ? "IP4" : "IP6";
  const auto sdp = parse_sdp("v=0\r\no=- 1 1 IN " + family + " " + address + "\r\ns=-\r\nc=IN " + family +
                             " " + address + "\r\nt=0 0\r\n" + lines);
  EXPECT_TRUE(sdp) << lines;
  return sdp.value_or(Sdp{});
}

TEST(negotiate, first_codec_of_the_offer_that_we_have_wins) {
  const auto agreed =
      negotiate({}, offer_with("m=audio 4000 RTP/AVP 9 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"));
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->media.codec, Codec::pcma);
  EXPECT_EQ(agreed->media.send_payload_type, 8);
  EXPECT_EQ(agreed->media.remote_rtp, (base::Endpoint{"192.0.2.7", 4000}));
  EXPECT_EQ(agreed->media.remote_rtcp, (base::Endpoint{"192.0.2.7", 4001}));
  EXPECT_EQ(agreed->media.send_event_payload_type, 101);
  EXPECT_FALSE(agreed->media.rtcp_mux);
  EXPECT_FALSE(agreed->media.may_move);
}

TEST(negotiate, dynamic_numbers_go_by_their_rtpmap) {
  const auto agreed = negotiate(
      {}, offer_with("m=audio 4000 RTP/AVP 0 97\r\na=rtpmap:0 G726-32/8000\r\na=rtpmap:97 pcmu/8000/1\r\n"));
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->media.codec, Codec::pcmu);
  EXPECT_EQ(agreed->media.send_payload_type, 97);
}

TEST(negotiate, wideband_telephone_events_do_not_match_our_clock) {
  const auto agreed =
      negotiate({}, offer_with("m=audio 4000 RTP/AVP 0 100 102\r\na=rtpmap:100 telephone-event/48000\r\n"
                               "a=rtpmap:102 telephone-event/8000\r\n"));
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->media.send_event_payload_type, 102);
}

TEST(negotiate, what_cannot_be_taken_is_an_error) {
  for (const char* lines :
       {"", "m=audio 0 RTP/AVP 0\r\n", "m=audio 4000 RTP/AVP 9 18\r\n", "m=audio 4000 RTP/SAVP 0\r\n",
        "m=image 4000 udptl t38\r\n", "m=audio 0 RTP/AVP 0\r\nm=image 4000 udptl t38\r\n",
        "m=video 4000 RTP/AVP 0\r\n"}) {
    const auto agreed = negotiate({}, offer_with(lines));
    ASSERT_FALSE(agreed) << lines;
    EXPECT_EQ(agreed.error().code, SipErrc::no_common_audio);
  }
}

struct DirectionCase {
  const char* attribute;
  const char* address;
  MediaDirection ours;
  bool held;
};

TEST(negotiate, directions_are_mirrored_and_hold_is_seen) {
  const DirectionCase cases[] = {
      {"", "192.0.2.7", MediaDirection::send_receive, false},
      {"a=sendrecv\r\n", "192.0.2.7", MediaDirection::send_receive, false},
      {"a=sendonly\r\n", "192.0.2.7", MediaDirection::receive_only, true},
      {"a=recvonly\r\n", "192.0.2.7", MediaDirection::send_only, false},
      {"a=inactive\r\n", "192.0.2.7", MediaDirection::inactive, true},
      {"", "0.0.0.0", MediaDirection::receive_only, true},
      {"a=inactive\r\n", "0.0.0.0", MediaDirection::inactive, true},
      {"a=recvonly\r\n", "::", MediaDirection::inactive, true},
  };
  for (const auto& [attribute, address, ours, held] : cases) {
    const auto agreed =
        negotiate({}, offer_with(std::string("m=audio 4000 RTP/AVP 0\r\n") + attribute, address));
    ASSERT_TRUE(agreed) << attribute << address;
    EXPECT_EQ(agreed->media.direction, ours) << attribute << address;
    EXPECT_EQ(agreed->media.remote_hold, held) << attribute << address;
  }
}

TEST(negotiate, a_direction_of_the_session_holds_for_the_stream) {
  const auto agreed = negotiate({}, offer_with("a=sendonly\r\nm=audio 4000 RTP/AVP 0\r\n"));
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->media.direction, MediaDirection::receive_only);
}

TEST(negotiate, rtcp_goes_where_the_offer_says) {
  const auto mux = negotiate({}, offer_with("m=audio 4000 RTP/AVP 0\r\na=rtcp-mux\r\na=rtcp:5001\r\n"));
  EXPECT_TRUE(mux->media.rtcp_mux);
  EXPECT_EQ(mux->media.remote_rtcp, mux->media.remote_rtp);
  const auto port = negotiate({}, offer_with("m=audio 4000 RTP/AVP 0\r\na=rtcp:5001\r\n"));
  EXPECT_EQ(port->media.remote_rtcp, (base::Endpoint{"192.0.2.7", 5001}));
  const auto address =
      negotiate({}, offer_with("m=audio 4000 RTP/AVP 0\r\na=rtcp:5001 IN IP4 192.0.2.8\r\n"));
  EXPECT_EQ(address->media.remote_rtcp, (base::Endpoint{"192.0.2.8", 5001}));
}

TEST(negotiate, maxptime_below_20_makes_us_send_10) {
  EXPECT_EQ(
      negotiate({}, offer_with("m=audio 4000 RTP/AVP 0\r\na=maxptime:10\r\n"))->media.send_ptime.count(), 10);
  EXPECT_EQ(negotiate({}, offer_with("m=audio 4000 RTP/AVP 0\r\na=ptime:60\r\na=maxptime:60\r\n"))
                ->media.send_ptime.count(),
            20);
}

TEST(negotiate, private_addresses_may_move_and_names_are_left_to_be_resolved) {
  EXPECT_TRUE(negotiate({}, offer_with("m=audio 4000 RTP/AVP 0\r\n", "192.168.1.5"))->media.may_move);
  auto named = negotiate({}, offer_with("m=audio 4000 RTP/AVP 0\r\n", "media.example.com"));
  ASSERT_TRUE(named);
  EXPECT_EQ(named->remote_host, "media.example.com");
  EXPECT_TRUE(named->media.remote_rtp.address.empty());
  set_remote_address(*named, "192.0.2.9");
  EXPECT_EQ(named->media.remote_rtcp, (base::Endpoint{"192.0.2.9", 4001}));
}

TEST(negotiate, an_ipv6_offer_gets_an_ipv6_answer) {
  const Sdp offer = offer_with("m=audio 4000 RTP/AVP 0\r\n", "2001:db8::7");
  const auto agreed = negotiate({}, offer);
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->media.remote_rtp, (base::Endpoint{"2001:db8::7", 4000}));
  const auto text = to_string(make_answer(*agreed, offer, {{"2001:db8::1", 20000}, {"2001:db8::1", 20001}}));
  EXPECT_NE(text.find("c=IN IP6 2001:db8::1\r\n"), std::string::npos);
}

TEST(make_answer, every_stream_of_the_offer_has_its_line) {
  const Sdp offer = offer_with(
      "m=video 5000 RTP/AVP 96\r\nm=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 "
      "telephone-event/8000\r\na=rtcp-mux\r\n"
      "m=image 5002 udptl t38\r\nm=audio 4002 RTP/AVP 0\r\n");
  const auto agreed = negotiate({}, offer);
  ASSERT_TRUE(agreed);
  EXPECT_EQ(to_string(make_answer(*agreed, offer, kLocal)),
            "v=0\r\no=- 0 0 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n"
            "m=video 0 RTP/AVP 96\r\n"
            "m=audio 20000 RTP/AVP 8 101\r\na=rtcp-mux\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 "
            "telephone-event/8000\r\n"
            "a=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n"
            "m=image 0 udptl t38\r\n"
            "m=audio 0 RTP/AVP 0\r\n");
}

TEST(make_offer, says_all_we_can_do_and_the_answer_decides) {
  const Sdp offer = make_offer({}, kLocal);
  EXPECT_EQ(offer.media.front().formats, (std::vector<std::string>{"0", "8", "101"}));
  const auto agreed = apply_answer(
      {}, offer, offer_with("m=audio 4000 RTP/AVP 8 96\r\na=rtpmap:96 telephone-event/8000\r\n"));
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->media.codec, Codec::pcma);
  EXPECT_EQ(agreed->media.send_event_payload_type, 96);
  EXPECT_EQ(agreed->media.receive_event_payload_type, 101);
  EXPECT_FALSE(agreed->media.rtcp_mux);
}

TEST(apply_answer, refusals_and_wrong_answers_are_errors) {
  const Sdp offer = make_offer({}, kLocal);
  EXPECT_FALSE(apply_answer({}, offer, offer_with("m=audio 0 RTP/AVP 0\r\n")));
  EXPECT_FALSE(apply_answer({}, offer, offer_with("m=audio 4000 RTP/AVP 9\r\n")));
  EXPECT_FALSE(apply_answer({}, offer, offer_with("")));
  EXPECT_FALSE(apply_answer({}, offer, offer_with("m=audio 4000 RTP/AVP 0\r\nm=audio 4002 RTP/AVP 0\r\n")));
}

}  // namespace
}  // namespace tonearm::sip
