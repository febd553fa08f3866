#include "sip/response_details.hpp"

#include <string>

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

ResponseDetails details_with(const std::string& lines) {
  const std::string text =
      "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\n"
      "From: <sip:ada@example.com>;tag=mine\r\nTo: <sip:bob@example.com>;tag=bobs\r\nCall-ID: call-1\r\n"
      "CSeq: 1 INVITE\r\n" +
      lines + "Content-Length: 0\r\n\r\n";
  const Ref<mbuf> buffer(mbuf_alloc(text.size()));
  mbuf_write_mem(buffer.get(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  mbuf_set_pos(buffer.get(), 0);
  sip_msg* raw = nullptr;
  EXPECT_EQ(sip_msg_decode(&raw, buffer.get()), 0);
  const Ref<sip_msg> held(raw);
  return details_of(*raw, "sip:tonearm@198.51.100.1:5060");
}

TEST(response_details, a_folded_challenge_is_on_one_line_since_its_words_are_sent_again) {
  const auto details = details_with(
      "WWW-Authenticate: Digest realm=\"a\r\n b\",\r\n\tnonce=\"c\"\r\nProxy-Authenticate: Digest\r\n "
      "x=1\r\n");
  ASSERT_EQ(details.www_authenticate.size(), 1U);
  EXPECT_EQ(details.www_authenticate[0], "Digest realm=\"a   b\",   nonce=\"c\"");
  EXPECT_EQ(details.proxy_authenticate, (std::vector<std::string>{"Digest   x=1"}));
}

TEST(response_details, an_expiry_is_that_of_our_contact_else_the_headers) {
  using std::chrono::seconds;
  EXPECT_EQ(
      details_with("Contact: <sip:x@192.0.2.9>;expires=5, <sip:tonearm@198.51.100.1:5060>;expires=60\r\n"
                   "Expires: 7\r\n")
          .granted,
      seconds(60));
  EXPECT_EQ(details_with("Contact: <sip:x@192.0.2.9>;expires=5\r\nExpires: 7\r\n").granted, seconds(7));
  EXPECT_EQ(details_with("Expires: soon\r\n").granted, std::nullopt);
}

}  // namespace
}  // namespace tonearm::sip
