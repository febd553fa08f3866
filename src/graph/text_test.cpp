#include "graph/text.hpp"

#include <gtest/gtest.h>

namespace tonearm::graph {
namespace {

TEST(Text, code_points_are_counted_not_bytes) {
  EXPECT_EQ(code_points(""), 0U);
  EXPECT_EQ(code_points("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xB5"), 4U);
}

TEST(Text, well_formed_utf_8_is_left_alone) {
  for (const std::string_view text :
       {"", "Ada", "M\xC3\xBCller", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(valid_utf8(text), text);
  }
}

TEST(Text, each_byte_that_is_not_part_of_utf_8_is_replaced) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(valid_utf8("\xFF"), mark);
  EXPECT_EQ(valid_utf8("a\xC3"), "a" + mark);
  EXPECT_EQ(valid_utf8("\xC3(\x80"), mark + "(" + mark);
  EXPECT_EQ(valid_utf8("\xC0\xAF"), mark + mark) << "overlong";
  EXPECT_EQ(valid_utf8("\xE0\x9F\xBF"), mark + mark + mark) << "overlong";
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), mark + mark + mark) << "surrogate";
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), mark + mark + mark + mark) << "beyond U+10FFFF";
  EXPECT_EQ(valid_utf8("\xF0\x9F\x8E"), mark + mark + mark) << "cut short";
}

TEST(Text, case_is_that_of_ascii) {
  EXPECT_TRUE(equal_any_case("PlayPrompt", "playprompt"));
  EXPECT_FALSE(equal_any_case("\xC3\x89", "\xC3\xA9"));
  EXPECT_FALSE(equal_any_case("play", "playPrompt"));
  EXPECT_TRUE(starts_with_any_case("Microsoft.Graph.call", "microsoft.graph."));
  EXPECT_FALSE(starts_with_any_case("micro", "microsoft"));
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" "), "");
}

}  // namespace
}  // namespace tonearm::graph
