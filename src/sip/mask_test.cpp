#include "sip/mask.hpp"

#include <random>

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

TEST(without_numbers, masks_addresses_and_keeps_what_a_fault_is_found_by) {
  EXPECT_EQ(without_numbers("INVITE sip:+14255550100@192.0.2.1:5060;user=phone SIP/2.0\r\n"
                            "Via: SIP/2.0/UDP 192.0.2.7:5061;branch=z9hG4bK1425555\r\n"
                            "From: \"Ada\" <sip:+14255550111@192.0.2.7>;tag=1234567\r\n"
                            "To:sips:ivr@192.0.2.1\r\n"
                            "P-Asserted-Identity: <tel:+1-425-555-0111;phone-context=+1>\r\n"
                            "Contact: <sip:192.0.2.7:5061>\r\n"
                            "CSeq: 1234567 INVITE\r\n\r\n"),
            "INVITE sip:+xxxxxxxxx00@192.0.2.1:5060;user=phone SIP/2.0\r\n"
            "Via: SIP/2.0/UDP 192.0.2.7:5061;branch=z9hG4bK1425555\r\n"
            "From: \"Ada\" <sip:+xxxxxxxxx11@192.0.2.7>;tag=1234567\r\n"
            "To:sips:ivr@192.0.2.1\r\n"
            "P-Asserted-Identity: <tel:+x-xxx-xxx-xx11;phone-context=+x>\r\n"
            "Contact: <sip:192.0.2.7:5061>\r\n"
            "CSeq: 1234567 INVITE\r\n\r\n");
}

TEST(without_numbers, knows_the_spellings_of_numbers) {
  EXPECT_EQ(without_numbers("To: sip:%2B14255550100@x"), "To: sip:%2Bxxxxxxxxx00@x");
  EXPECT_EQ(without_numbers("To:SIP:14255550100;npdi;rn=+14255550101@x"),
            "To:SIP:xxxxxxxxx00;npdi;rn=+xxxxxxxxx01@x");
  EXPECT_EQ(without_numbers("To: sip:4711@x"), "To: sip:xxxx@x");  // too short to keep any
  EXPECT_EQ(without_numbers("To: sip:room42@x"), "To: sip:room42@x");
  EXPECT_EQ(without_numbers("To: <sip:ivr@x>, <sip:4711@y>"), "To: <sip:ivr@x>, <sip:xxxx@y>");
}

TEST(without_numbers, masks_display_names_that_are_numbers) {
  EXPECT_EQ(without_numbers("From: \"+1 (425) 555-0111\" <sip:ada@x>"),
            "From: \"+x (xxx) xxx-xx11\" <sip:ada@x>");
  EXPECT_EQ(without_numbers("From: 14255550111 <sip:ada@x>"), "From: xxxxxxxxx11 <sip:ada@x>");
  EXPECT_EQ(without_numbers("From: \"Ada 2\" <sip:ada@x>"), "From: \"Ada 2\" <sip:ada@x>");
}

TEST(without_numbers, masks_the_user_of_a_description_and_nothing_else_of_it) {
  EXPECT_EQ(
      without_numbers(
          "INVITE\r\n\r\nv=0\r\no=14255550111 1234567 1 IN IP4 192.0.2.7\r\nm=audio 40000 RTP/AVP 0\r\n"),
      "INVITE\r\n\r\nv=0\r\no=xxxxxxxxx11 1234567 1 IN IP4 192.0.2.7\r\nm=audio 40000 RTP/AVP 0\r\n");
}

TEST(without_numbers, masks_pressed_keys) {
  EXPECT_EQ(
      without_numbers("INFO\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal= #\r\nDuration=160\r\n"),
      "INFO\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal= x\r\nDuration=160\r\n");
  EXPECT_EQ(without_numbers("INFO\r\nc: Application/DTMF\r\n\r\n5"), "INFO\r\nc: Application/DTMF\r\n\r\nx");
}

TEST(without_numbers, random_bytes_never_crash_and_keep_their_length) {
  std::mt19937 random(3);
  const std::string_view pieces[] = {"sip:",
                                     "tel:",
                                     "<",
                                     "\"",
                                     "@",
                                     ";",
                                     "%2B",
                                     "1",
                                     "425",
                                     "\r\n",
                                     "\r\n\r\n",
                                     "o=",
                                     "=",
                                     ":",
                                     " ",
                                     ",",
                                     "application/dtmf",
                                     "-relay",
                                     "Signal"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto left = random() % 30; left > 0; --left) text += pieces[random() % std::size(pieces)];
    EXPECT_EQ(without_numbers(text).size(), text.size()) << text;
  }
}

}  // namespace
}  // namespace tonearm::sip
