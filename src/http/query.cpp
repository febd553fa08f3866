#include "http/query.hpp"

#include <algorithm>

namespace tonearm::http {

std::optional<std::string_view> query_parameter(std::string_view query, std::string_view name) {
  std::optional<std::string_view> value;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
      value = pair.substr(name.size() + 1);
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  return value;
}

}  // namespace tonearm::http
