#include "sip/nonces.hpp"

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

using namespace std::chrono_literals;

const base::TimePoint kNow{24h};
constexpr const char* kHome = "192.0.2.1";

TEST(nonces, one_is_good_until_it_expires_where_it_was_given_out) {
  const Nonces nonces;
  const std::string nonce = nonces.issue(kHome, kNow);
  EXPECT_TRUE(nonces.is_current(nonce, kHome, kNow));
  EXPECT_TRUE(nonces.is_current(nonce, kHome, kNow + Nonces::kLifetime - 1s));
  EXPECT_FALSE(nonces.is_current(nonce, kHome, kNow + Nonces::kLifetime));
  EXPECT_FALSE(nonces.is_current(nonce, "192.0.2.2", kNow));
  EXPECT_NE(nonces.issue(kHome, kNow), nonce);
}

TEST(nonces, what_we_did_not_sign_is_nothing) {
  const Nonces nonces;
  const Nonces before_a_restart;
  EXPECT_FALSE(nonces.is_current(before_a_restart.issue(kHome, kNow), kHome, kNow));
  std::string nonce = nonces.issue(kHome, kNow);
  for (std::size_t i = 0; i < nonce.size(); ++i) {
    std::string forged = nonce;
    forged[i] = forged[i] == '0' ? '1' : '0';
    EXPECT_FALSE(nonces.is_current(forged, kHome, kNow)) << i;
  }
  for (const std::string& text : {std::string(), std::string("x"), nonce + "0", std::string(64, 'z')}) {
    EXPECT_FALSE(nonces.is_current(text, kHome, kNow));
  }
}

TEST(nonces, a_count_is_taken_once_and_only_upwards) {
  Nonces nonces;
  const std::string nonce = nonces.issue(kHome, kNow);
  EXPECT_TRUE(nonces.use(nonce, 1, kNow));
  EXPECT_FALSE(nonces.use(nonce, 1, kNow));
  EXPECT_TRUE(nonces.use(nonce, 5, kNow));  // some were lost
  EXPECT_FALSE(nonces.use(nonce, 4, kNow));
  EXPECT_TRUE(nonces.use(nonces.issue(kHome, kNow), 1, kNow));
}

TEST(nonces, whoever_is_forgotten_cannot_be_used_again) {
  Nonces nonces(2);
  std::string first = nonces.issue(kHome, kNow);
  EXPECT_TRUE(nonces.use(first, 1, kNow));
  for (int i = 1; i <= 2; ++i) {
    const base::TimePoint later = kNow + i * 1s;
    EXPECT_TRUE(nonces.use(nonces.issue(kHome, later), 1, later));
  }
  EXPECT_EQ(nonces.used(), 2u);
  EXPECT_FALSE(nonces.is_current(first, kHome, kNow + 3s));
  EXPECT_TRUE(nonces.is_current(nonces.issue(kHome, kNow + 3s), kHome, kNow + 3s));
}

TEST(nonces, expired_ones_are_not_kept) {
  Nonces nonces;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(nonces.use(nonces.issue(kHome, kNow), 1, kNow));
  EXPECT_EQ(nonces.used(), 10u);
  const base::TimePoint later = kNow + Nonces::kLifetime;
  EXPECT_TRUE(nonces.use(nonces.issue(kHome, later), 1, later));
  EXPECT_EQ(nonces.used(), 1u);
}

}  // namespace
}  // namespace tonearm::sip
