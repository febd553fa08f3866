#include "graph/parse_json.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <fmt/format.h>

#include "graph/errc.hpp"
#include "graph/limits.hpp"

namespace tonearm::graph {
namespace {

namespace json = boost::json;

/// Builds the value as json::parser does, and looks at the keys of each object on the way: a finished
/// json::object no longer knows that a member came twice. The names are those that basic_parser calls.
class Builder {
 public:
  static constexpr std::size_t max_object_size = kMembersMax;
  static constexpr std::size_t max_array_size = kBodyBytesMax;
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  [[nodiscard]] const std::string& duplicate() const { return duplicate_; }
  json::value release() { return stack_.release(); }

  bool on_document_begin(json::error_code&) {
    stack_.reset();
    return true;
  }
  bool on_document_end(json::error_code&) { return true; }

  bool on_object_begin(json::error_code&) {
    keys_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t members, json::error_code& ec) {
    auto& keys = keys_.back();
    std::ranges::sort(keys);
    if (const auto twice = std::ranges::adjacent_find(keys); twice != keys.end()) {
      duplicate_ = *twice;
      ec = json::error::syntax;
      return false;
    }
    keys_.pop_back();
    stack_.push_object(members);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t items, json::error_code&) {
    stack_.push_array(items);
    return true;
  }

  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    key_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view rest, std::size_t, json::error_code&) {
    key_.append(rest.data(), rest.size());
    keys_.back().push_back(std::exchange(key_, {}));
    stack_.push_key(rest);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view rest, std::size_t, json::error_code&) {
    stack_.push_string(rest);
    return true;
  }

  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, json::string_view, json::error_code& ec) {
    if (!std::isfinite(number)) {  // 1e999 would be written as a word that is no JSON
      ec = json::error::exponent_overflow;
      return false;
    }
    stack_.push_double(number);
    return true;
  }
  bool on_bool(bool flag, json::error_code&) {
    stack_.push_bool(flag);
    return true;
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  json::value_stack stack_;
  std::vector<std::vector<std::string>> keys_;  // of the open objects, outermost first
  std::string key_;                             // the one being read
  std::string duplicate_;
};

}  // namespace

base::Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kBodyDepthMax;
  json::basic_parser<Builder> parser(options);
  json::error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && read == text.size()) return parser.handler().release();
  if (const std::string& key = parser.handler().duplicate(); !key.empty()) {
    return base::fail(Errc::bad_request, fmt::format("Member \"{}\" stands twice in one object.", key));
  }
  const std::string cause = ec ? ec.message() : "text behind the end";
  return base::fail(Errc::bad_request,
                    fmt::format("The body is not valid JSON at byte {}: {}. Send UTF-8 JSON.", read, cause));
}

}  // namespace tonearm::graph
