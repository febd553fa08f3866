#include <algorithm>
#include <cmath>

#include <boost/json/serialize.hpp>

#include "graph/limits.hpp"
#include "graph/parse_json.hpp"
#include "graph/text.hpp"
#include "support/targets.hpp"

// Any JSON text of a client.

namespace tonearm::fuzz {
namespace {

std::size_t depth_of(const boost::json::value& value) {
  std::size_t deepest = 0;
  if (value.is_array()) {
    for (const auto& entry : value.get_array()) deepest = std::max(deepest, depth_of(entry));
    return deepest + 1;
  }
  if (!value.is_object()) return 0;
  require(value.get_object().size() <= graph::kMembersMax, "an object has a bound");
  for (const auto& member : value.get_object()) deepest = std::max(deepest, depth_of(member.value()));
  return deepest + 1;
}

/// Doubles may move by the last digit: Boost.JSON reads them fast, not exactly.
bool same(const boost::json::value& a, const boost::json::value& b) {
  if (a.is_double() && b.is_double())
    return std::abs(a.get_double() - b.get_double()) <= 1e-14 * std::abs(a.get_double());
  if (a.is_array() && b.is_array()) return std::ranges::equal(a.get_array(), b.get_array(), same);
  if (!a.is_object() || !b.is_object()) return a == b;
  return std::ranges::equal(a.get_object(), b.get_object(), [](const auto& x, const auto& y) {
    return x.key() == y.key() && same(x.value(), y.value());
  });
}

}  // namespace

void json(Bytes bytes) {
  const std::string_view text = text_of(bytes);
  const std::string readable = graph::valid_utf8(text);
  require(graph::valid_utf8(readable) == readable, "what was made valid is valid");
  require(graph::code_points(readable) <= readable.size(), "a code point has a byte at least");
  const auto value = graph::parse_json(text);
  if (!value) return require(!value.error().context.empty(), "a refusal says what is wrong");
  require(readable == text, "JSON is UTF-8");
  require(depth_of(*value) <= graph::kBodyDepthMax, "nesting has a bound");
  const auto again = graph::parse_json(boost::json::serialize(*value));
  require(again && same(*again, *value), "what is written is read as it was");
}

}  // namespace tonearm::fuzz
