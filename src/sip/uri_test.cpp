#include "sip/uri.hpp"

#include <random>

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

TEST(uri, is_taken_apart_and_put_together) {
  const auto uri = parse_uri("sip:ada%20l@[2001:db8::1]:5070;transport=TCP;lr");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->user, "ada l");
  EXPECT_EQ(uri->host, "2001:db8::1");
  EXPECT_EQ(uri->port, 5070);
  EXPECT_EQ(uri->parameter("Transport"), "TCP");
  EXPECT_EQ(uri->transport(), "tcp");
  EXPECT_TRUE(uri->has_parameter("lr"));
  EXPECT_EQ(uri->to_string(), "sip:ada%20l@[2001:db8::1]:5070;transport=TCP;lr");
}

TEST(uri, other_schemes_and_broken_ones_are_refused) {
  for (const char* text :
       {"", "sip:", "tel:+14255550100", "http://example.com", "sip:a b@c", "sip:a@b\r\nX: y", "sip:a@b:65536",
        "sip:a@b:70596;lr", "sip:a@x[::1]y", "sip:a@[::g]", "sip:a@b<c", "sip:@h;x@y",
        "sips::1@h;user=phone@z", "sip:a@h\xc3\xb6"}) {
    EXPECT_FALSE(parse_uri(text)) << text;
  }
  for (const char* text :
       {"sip:a@b:65535", "sip:[::1]", "sip:a@[::1]:5060;lr", "sip:a_b.c-d@under_score.example"})
    EXPECT_TRUE(parse_uri(text)) << text;
}

TEST(uri, names_a_user_a_host_or_a_number) {
  EXPECT_EQ(party_in("sip:ada@example.com"), "ada");
  EXPECT_EQ(party_in("sip:example.com"), "example.com");
  EXPECT_EQ(party_in("TEL:+1-425-555-0100;phone-context=x"), "+1-425-555-0100");
  EXPECT_EQ(party_in("mailto:ada@example.com"), std::nullopt);
}

TEST(uri, separators_go_from_numbers_and_stay_in_names) {
  EXPECT_EQ(without_separators("+1 (425) 555-0100"), "+14255550100");
  EXPECT_EQ(without_separators("1.2.3"), "123");
  EXPECT_EQ(without_separators("a.b-c"), "a.b-c");
  EXPECT_EQ(without_separators("+"), "+");
  EXPECT_EQ(without_separators(""), "");
}

TEST(uri, random_bytes_never_crash) {
  std::mt19937 random(3);
  for (int round = 0; round < 20000; ++round) {
    std::string text = "sip:ada@[2001:db8::1]:5070;transport=tcp;lr";
    for (int i = 0; i < 4; ++i) text[random() % text.size()] = static_cast<char>(random());
    if (const auto uri = parse_uri(text)) {
      EXPECT_LT(uri->to_string().size(), 2000u);
    }
  }
}

}  // namespace
}  // namespace tonearm::sip
