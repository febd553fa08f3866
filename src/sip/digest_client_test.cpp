#include "sip/digest_client.hpp"

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

const Credentials kMufasa{"Mufasa", base::Secret("Circle of Life")};
constexpr const char* kRfc7616 =
    "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={}, "
    "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
    "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

Challenge rfc7616(const std::string& algorithm) {
  std::string text = kRfc7616;
  text.replace(text.find("{}"), 2, algorithm);
  auto challenge = parse_challenge(text, false);
  EXPECT_TRUE(challenge);
  return challenge.value_or(Challenge{});
}

const DigestUse kUse{1, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"};

// RFC 7616 §3.9.1
TEST(digest_client, answers_the_example_of_rfc_7616_in_md5_and_sha_256) {
  EXPECT_EQ(digest_response(rfc7616("MD5"), kMufasa, "GET", "/dir/index.html", kUse),
            "8ca523f5e9506fed4657c9700eebdbec");
  EXPECT_EQ(digest_response(rfc7616("SHA-256"), kMufasa, "GET", "/dir/index.html", kUse),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

// RFC 2617 §3.5
TEST(digest_client, answers_the_example_of_rfc_2617) {
  const auto challenge = parse_challenge(
      "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", "
      "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
      false);
  ASSERT_TRUE(challenge);
  EXPECT_EQ(digest_response(*challenge, {"Mufasa", base::Secret("Circle Of Life")}, "GET", "/dir/index.html",
                            {1, "0a4f113b"}),
            "6629fae49393a05397450978507c4ef1");
}

// RFC 2069's way, which old registrars still ask for; the value is that RFC's errata 749.
TEST(digest_client, answers_without_qop) {
  const auto challenge = parse_challenge(
      "Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"", true);
  ASSERT_TRUE(challenge);
  const Credentials who{"Mufasa", base::Secret("CircleOfLife")};
  EXPECT_EQ(digest_response(*challenge, who, "GET", "/dir/index.html", {}),
            "1949323746fe6a43ef61f9606e7febea");
  const std::string line = authorization_line(*challenge, who, "GET", "/dir/index.html", {});
  EXPECT_TRUE(
      line.starts_with("Proxy-Authorization: Digest username=\"Mufasa\", realm=\"testrealm@host.com\""));
  EXPECT_EQ(line.find("qop"), std::string::npos);
  EXPECT_EQ(line.find("cnonce"), std::string::npos);
  EXPECT_EQ(line.find("algorithm"), std::string::npos);
}

TEST(digest_client, says_count_cnonce_and_opaque_as_they_were_used) {
  const std::string line =
      authorization_line(rfc7616("SHA-256"), kMufasa, "INVITE", "sip:ada@example.com", {0x1a, "c"});
  EXPECT_NE(line.find(", algorithm=SHA-256, qop=auth, nc=0000001a, cnonce=\"c\", opaque=\"FQhe/"),
            std::string::npos)
      << line;
  EXPECT_TRUE(line.ends_with("\r\n"));
}

TEST(digest_client, does_not_understand_what_it_cannot_answer) {
  for (const char* value :
       {"Basic realm=\"a\"", "Digest realm=\"a\"", "Digest nonce=\"b\"", "Digest", "",
        "Digest realm=\"a\", nonce=\"b\", algorithm=MD5-sess",
        "Digest realm=\"a\", nonce=\"b\", qop=\"auth-int\"",
        "Digest realm=\"a\", nonce=\"b\", algorithm=SHA-512-256",
        "Digest realm=\"a\", nonce=\"b\r\nX-Evil: 1\"", "Digest realm=\"a\x7f\", nonce=\"b\""}) {
    EXPECT_FALSE(parse_challenge(value, false)) << value;
  }
}

TEST(digest_client, reads_quoted_commas_and_escapes_and_any_case) {
  const auto challenge =
      parse_challenge("digest Realm = \"a \\\"b\\\", c\" ,NONCE=\"n,1\",  stale=TRUE,QOP=Auth", false);
  ASSERT_TRUE(challenge);
  EXPECT_EQ(challenge->realm, "a \"b\", c");
  EXPECT_EQ(challenge->nonce, "n,1");
  EXPECT_TRUE(challenge->stale);
  EXPECT_TRUE(challenge->qop_auth);
}

TEST(digest_client, takes_the_strongest_challenge_that_it_can_answer) {
  const auto best = best_challenge({"Digest realm=\"a\", nonce=\"1\", algorithm=SHA-512-256",
                                    "Digest realm=\"a\", nonce=\"2\", algorithm=MD5",
                                    "Digest realm=\"a\", nonce=\"3\", algorithm=SHA-256"},
                                   {"Digest realm=\"a\", nonce=\"4\""});
  ASSERT_TRUE(best);
  EXPECT_EQ(best->nonce, "3");
  EXPECT_FALSE(best_challenge({}, {}));
}

std::optional<Challenge> asking(const std::string& realm, const std::string& nonce, bool stale = false) {
  Challenge challenge;
  challenge.realm = realm;
  challenge.nonce = nonce;
  challenge.qop_auth = true;
  challenge.stale = stale;
  return challenge;
}

TEST(challenge_answerer, answers_the_trunk_and_nobody_else) {
  ChallengeAnswerer trunk(kMufasa);
  EXPECT_FALSE(trunk.answer(asking("carrier", "1"), {false, 0, "INVITE", "sip:a@b", "c"}));
  EXPECT_FALSE(trunk.answer(std::nullopt, {true, 0, "INVITE", "sip:a@b", "c"}));
  EXPECT_TRUE(trunk.answer(asking("carrier", "1"), {true, 0, "INVITE", "sip:a@b", "c"}));
}

TEST(challenge_answerer, another_realm_that_comes_through_the_trunk_gets_nothing) {
  ChallengeAnswerer trunk(kMufasa);
  ASSERT_TRUE(trunk.answer(asking("carrier", "1"), {true, 0, "INVITE", "sip:a@b", "c"}));
  EXPECT_FALSE(trunk.answer(asking("callee", "2"), {true, 0, "INVITE", "sip:a@b", "c"}));
  EXPECT_TRUE(trunk.answer(asking("carrier", "3"), {true, 0, "INVITE", "sip:a@b", "c"}));
}

TEST(challenge_answerer, counts_the_uses_of_a_nonce) {
  ChallengeAnswerer trunk(kMufasa);
  const auto nc = [&](const std::string& nonce) {
    const auto line = trunk.answer(asking("carrier", nonce), {true, 0, "INVITE", "sip:a@b", "c"});
    return line ? line->substr(line->find("nc=") + 3, 8) : std::string();
  };
  EXPECT_EQ(nc("1"), "00000001");
  EXPECT_EQ(nc("1"), "00000002");
  EXPECT_EQ(nc("2"), "00000001");
}

TEST(challenge_answerer, a_refused_answer_is_not_repeated_but_a_stale_nonce_is_renewed_once) {
  ChallengeAnswerer trunk(kMufasa);
  ASSERT_TRUE(trunk.answer(asking("carrier", "1"), {true, 0, "REGISTER", "sip:b", "c"}));
  EXPECT_FALSE(trunk.answer(asking("carrier", "1"), {true, 1, "REGISTER", "sip:b", "c"}));
  EXPECT_TRUE(trunk.answer(asking("carrier", "2", true), {true, 1, "REGISTER", "sip:b", "c"}));
  EXPECT_FALSE(trunk.answer(asking("carrier", "3", true), {true, 2, "REGISTER", "sip:b", "c"}));
}

TEST(challenge_answerer, without_a_password_there_is_no_answer) {
  ChallengeAnswerer trunk({"user", base::Secret()});
  EXPECT_FALSE(trunk.answer(asking("carrier", "1"), {true, 0, "INVITE", "sip:a@b", "c"}));
}

}  // namespace
}  // namespace tonearm::sip
