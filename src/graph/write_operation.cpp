#include "graph/write_operation.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "graph/common_json.hpp"
#include "graph/operation_json.hpp"

namespace tonearm::graph {

namespace json = boost::json;

std::string operation_location(std::string_view base_url, call::CallId call, call::OperationId operation) {
  return fmt::format("{}{}", base_url, operation_path(call, operation));
}

std::string recording_location(std::string_view base_url, call::OperationId operation) {
  const std::string_view host = base_url.substr(0, base_url.rfind('/'));
  return fmt::format("{}/tonearm/recordings/{}", host, operation.to_string());
}

std::string write_created_operation(const call::OperationView& operation) {
  return json::serialize(created_operation(operation));
}

std::string write_operation(const call::OperationView& operation, call::CallId call,
                            std::string_view base_url) {
  const std::string context =
      fmt::format("{}/$metadata#communications/calls('{}')/operations/$entity", base_url, call.to_string());
  return json::serialize(with_context(context, current_operation(operation, call)));
}

std::string write_operations(const call::CallSnapshot& call, std::string_view base_url) {
  json::array list;
  for (const auto& [id, operation] : call.operations) list.push_back(current_operation(operation, call.id));
  return json::serialize(json::object{
      {"@odata.context",
       fmt::format("{}/$metadata#communications/calls('{}')/operations", base_url, call.id.to_string())},
      {"value", std::move(list)}});
}

}  // namespace tonearm::graph
