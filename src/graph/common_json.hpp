#pragma once

#include <string_view>
#include <utility>

#include <boost/json/object.hpp>

namespace tonearm::graph {

/// `resultInfo` of operations and calls.
[[nodiscard]] inline boost::json::object result_info(int code, int subcode, std::string_view message) {
  return {{"@odata.type", "#microsoft.graph.resultInfo"},
          {"code", code},
          {"subcode", subcode},
          {"message", message}};
}

/// The object with `@odata.context` in front of its members.
[[nodiscard]] inline boost::json::object with_context(std::string_view context, boost::json::object object) {
  boost::json::object body{{"@odata.context", context}};
  for (auto& member : object) body.emplace(member.key(), std::move(member.value()));
  return body;
}

}  // namespace tonearm::graph
