#include "sip/digest.hpp"

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

/// The example of RFC 7616 §3.9.1.
constexpr const char* kExample =
    "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", algorithm={}, "
    "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, "
    "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, response=\"{}\", "
    "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

std::string example(const std::string& algorithm, const std::string& response) {
  std::string text = kExample;
  text.replace(text.find("{}"), 2, algorithm);
  text.replace(text.find("{}"), 2, response);
  return text;
}

TEST(digest, both_algorithms_give_what_the_rfc_prints) {
  const base::Secret password("Circle of Life");
  const char* const vectors[][2] = {
      {"MD5", "8ca523f5e9506fed4657c9700eebdbec"},
      {"SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"}};
  for (const auto& [algorithm, response] : vectors) {
    const auto credentials = parse_credentials(example(algorithm, response));
    ASSERT_TRUE(credentials) << algorithm;
    EXPECT_EQ(to_string(credentials->algorithm), algorithm);
    EXPECT_EQ(expected_response(*credentials, "GET", password), response);
    EXPECT_NE(expected_response(*credentials, "POST", password), response);
    EXPECT_NE(expected_response(*credentials, "GET", base::Secret("Circle of life")), response);
  }
}

TEST(digest, credentials_are_read_as_phones_write_them) {
  const auto read = parse_credentials(
      "digest Username=\"a\\\"d,a\" ,realm=\"t\",nonce=\"n\",uri=\"sip:x\",response=\"R\",cnonce=\"c\", "
      "nc=0000000a,qop=\"auth\"");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->username, "a\"d,a");
  EXPECT_EQ(read->algorithm, DigestAlgorithm::md5);  // not said
  EXPECT_EQ(read->count(), 10u);
}

TEST(digest, what_is_not_offered_or_not_whole_is_not_understood) {
  const std::string good = example("MD5", "8ca523f5e9506fed4657c9700eebdbec");
  ASSERT_TRUE(parse_credentials(good));
  const char* const changes[][2] = {{"Digest", "Basic"},
                                    {"algorithm=MD5", "algorithm=MD5-sess"},
                                    {"qop=auth", "qop=auth-int"},
                                    {"qop=auth", "x=y"},
                                    {"nc=00000001", "nc=1"},
                                    {"nc=00000001", "nc=00000000"},
                                    {"nc=00000001", "nc=0000000g"},
                                    {"username=\"Mufasa\"", "username=\"\""},
                                    {"opaque=\"", "opaque=\"\"\""},
                                    {"response=", "answer="}};
  for (const auto& [from, to] : changes) {
    std::string bad = good;
    bad.replace(bad.find(from), std::string(from).size(), to);
    EXPECT_FALSE(parse_credentials(bad)) << bad;
  }
  for (const char* text : {"", "Digest", "Digest realm", "Digest realm=", "Digest realm=\"x", "Digest ,,,"}) {
    EXPECT_FALSE(parse_credentials(text)) << text;
  }
  EXPECT_FALSE(parse_credentials(good + std::string(4000, ' ')));
}

TEST(digest, the_realm_is_known_also_of_what_is_not_understood) {
  EXPECT_EQ(realm_in("Digest realm=\"tonearm\", algorithm=AKAv1-MD5"), "tonearm");
  EXPECT_EQ(realm_in("Basic dXNlcjpwYXNz"), "");
}

TEST(digest, responses_compare_without_case_and_never_when_empty) {
  EXPECT_TRUE(same_response("00ff", "00FF"));
  EXPECT_FALSE(same_response("00ff", "00fe"));
  EXPECT_FALSE(same_response("00ff", "00ff0"));
  EXPECT_FALSE(same_response("", ""));
}

}  // namespace
}  // namespace tonearm::sip
