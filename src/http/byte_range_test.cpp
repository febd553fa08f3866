#include "http/byte_range.hpp"

#include <gtest/gtest.h>

namespace tonearm::http {
namespace {

using Kind = RangeRequest::Kind;

struct Case {
  const char* header;
  Kind kind = Kind::whole;
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

TEST(ByteRange, is_read_as_the_standard_says_of_a_file_of_1000_bytes) {
  const Case cases[] = {
      {""},
      {"bytes=0-0", Kind::part, 0, 1},
      {"bytes=0-499", Kind::part, 0, 500},
      {"bytes=500-999", Kind::part, 500, 500},
      {"bytes=500-", Kind::part, 500, 500},
      {"bytes=999-", Kind::part, 999, 1},
      {"bytes=990-5000", Kind::part, 990, 10},
      {"bytes=-1", Kind::part, 999, 1},
      {"bytes=-1000", Kind::part, 0, 1000},
      {"bytes=-99999999999999999999999", Kind::part, 0, 1000},
      {"bytes=0-99999999999999999999999", Kind::part, 0, 1000},
      {"BYTES=0-", Kind::part, 0, 1000},
      {"bytes= 1-2 ", Kind::part, 1, 2},
      {"bytes=1000-", Kind::unsatisfiable},
      {"bytes=1000-1000", Kind::unsatisfiable},
      {"bytes=99999999999999999999999-", Kind::unsatisfiable},
      {"bytes=-0", Kind::unsatisfiable},
      {"bytes=2-1"},
      {"bytes=-"},
      {"bytes="},
      {"bytes=1"},
      {"bytes=a-b"},
      {"bytes=1-b"},
      {"bytes=+1-2"},
      {"bytes=--1"},
      {"bytes=1-2-3"},
      {"bytes=0-1,5-6"},
      {"bytes=0-1, -1"},
      {"seconds=0-1"},
      {"bytes 0-1"},
  };
  for (const Case& expected : cases) {
    const RangeRequest found = read_range(expected.header, 1000);
    EXPECT_EQ(found.kind, expected.kind) << expected.header;
    EXPECT_EQ(found.range.first, expected.first) << expected.header;
    EXPECT_EQ(found.range.length, expected.length) << expected.header;
  }
}

TEST(ByteRange, of_nothing_cannot_be_satisfied) {
  for (const char* header : {"bytes=0-", "bytes=0-0", "bytes=-1"}) {
    EXPECT_EQ(read_range(header, 0).kind, Kind::unsatisfiable) << header;
  }
}

}  // namespace
}  // namespace tonearm::http
