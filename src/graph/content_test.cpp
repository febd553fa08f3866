#include "graph/content.hpp"

#include <gtest/gtest.h>

#include "graph/errc.hpp"

namespace tonearm::graph {
namespace {

constexpr bool kBody = true;

TEST(Content, json_in_utf_8_is_taken_however_it_is_spelled) {
  for (const std::string_view type :
       {"application/json", "Application/JSON", "application/json; charset=utf-8",
        "application/json;charset=UTF-8", "application/json ; charset=\"utf-8\"",
        "application/json;odata.metadata=minimal;charset=utf8", "application/json;", ""}) {
    EXPECT_TRUE(check_content(type, "", kBody)) << type;
  }
}

TEST(Content, another_type_is_refused_if_there_is_a_body) {
  for (const std::string_view type :
       {"text/plain", "application/x-www-form-urlencoded", "application/json; charset=iso-8859-1",
        "application/json; charset", "application/jsonp", "application/problem+json", "json", ";"}) {
    const auto checked = check_content(type, "", kBody);
    ASSERT_FALSE(checked) << type;
    EXPECT_EQ(checked.error().code, make_error_code(Errc::unsupported_media_type));
    EXPECT_TRUE(check_content(type, "", !kBody)) << type;
  }
}

TEST(Content, any_encoding_is_refused) {
  for (const std::string_view encoding : {"gzip", "deflate", "br", "identity", "x"}) {
    EXPECT_FALSE(check_content("application/json", encoding, kBody)) << encoding;
    EXPECT_FALSE(check_content("", encoding, !kBody)) << encoding;
  }
}

}  // namespace
}  // namespace tonearm::graph
