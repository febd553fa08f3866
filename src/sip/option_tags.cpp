#include "sip/option_tags.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace tonearm::sip {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

bool has_tag(const std::vector<std::string>& tags, std::string_view tag) {
  return std::ranges::any_of(tags, [tag](const std::string& one) { return equal_ignoring_case(one, tag); });
}

std::vector<std::string> unsupported(const std::vector<std::string>& required) {
  std::vector<std::string> lacking;
  std::ranges::copy_if(required, std::back_inserter(lacking), [](const std::string& tag) {
    return !equal_ignoring_case(tag, kReliable) && !equal_ignoring_case(tag, kSessionTimer);
  });
  return lacking;
}

}  // namespace tonearm::sip
