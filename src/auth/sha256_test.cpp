#include "auth/sha256.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tonearm::auth {
namespace {

std::string hex(const Sha256& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

// FIPS 180-4's examples.
TEST(Sha256, agrees_with_the_standards_examples) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, compares_every_byte) {
  const Sha256 one = sha256("abc");
  EXPECT_TRUE(equal_in_constant_time(one, sha256("abc")));
  for (std::size_t at = 0; at < one.size(); ++at) {
    Sha256 other = one;
    other[at] ^= 1;
    EXPECT_FALSE(equal_in_constant_time(one, other)) << at;
  }
}

}  // namespace
}  // namespace tonearm::auth
