#include "base/guid.hpp"

#include <gtest/gtest.h>

namespace tonearm::base {
namespace {

TEST(Guid, accepts_dashed_and_undashed_in_any_case_and_prints_dashed_lower_case) {
  const char* expected = "57dab8b1-894c-409a-b240-bd8beae78896";
  for (const char* text : {"57dab8b1-894c-409a-b240-bd8beae78896", "57DAB8B1894C409AB240BD8BEAE78896",
                           "57DAB8B1-894C-409A-B240-BD8BEAE78896"}) {
    const auto guid = Guid::parse(text);
    ASSERT_TRUE(guid) << text;
    EXPECT_EQ(guid->to_string(), expected);
  }
}

TEST(Guid, refuses_everything_else) {
  for (const char* text :
       {"", "x", "57dab8b1-894c-409a-b240-bd8beae7889", "57dab8b1+894c-409a-b240-bd8beae78896",
        "g7dab8b1894c409ab240bd8beae78896", "{57dab8b1-894c-409a-b240-bd8beae78896}"}) {
    EXPECT_FALSE(Guid::parse(text)) << text;
  }
}

TEST(Guid, random_ones_differ_and_are_version_4) {
  const Guid a = Guid::random();
  EXPECT_NE(a, Guid::random());
  EXPECT_EQ(a.to_string()[14], '4');
  EXPECT_FALSE(a.is_nil());
}

}  // namespace
}  // namespace tonearm::base
