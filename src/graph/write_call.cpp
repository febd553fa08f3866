#include "graph/write_call.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "graph/call_json.hpp"
#include "graph/common_json.hpp"
#include "graph/names.hpp"

namespace tonearm::graph {
namespace {

namespace json = boost::json;

std::string empty_collection(call::CallId call, std::string_view base_url, std::string_view name) {
  const std::string context =
      fmt::format("{}/$metadata#communications/calls('{}')/{}", base_url, call.to_string(), name);
  return json::serialize(json::object{{"@odata.context", context}, {"value", json::array()}});
}

/// Play and record operations by what they are doing.
json::object media_queue(const call::CallSnapshot& call) {
  std::size_t running = 0;
  std::size_t queued = 0;
  for (const auto& [id, operation] : call.operations) {
    if (operation.number.value == 0) continue;
    running += operation.status == call::OperationStatus::running ? 1 : 0;
    queued += operation.status == call::OperationStatus::not_started ? 1 : 0;
  }
  return {{"running", running}, {"queued", queued}};
}

json::object list_entry(const call::CallSnapshot& call) {
  json::array targets;
  for (const call::Party& target : call.targets) targets.push_back(identity_set(target));
  return {{"id", call.id.to_string()},           {"callChainId", call.chain_id},
          {"application", call.owner.name},      {"tenantId", call.owner.tenant.to_string()},
          {"state", to_wire(call.state)},        {"direction", to_wire(call.direction)},
          {"source", identity_set(call.source)}, {"targets", std::move(targets)},
          {"audioActive", call.audio_active},    {"operations", media_queue(call)}};
}

}  // namespace

std::string call_location(std::string_view base_url, call::CallId call) {
  return fmt::format("{}{}", base_url, call_path(call));
}

std::string write_call(const call::CallSnapshot& call, std::string_view base_url) {
  const std::string context = fmt::format("{}/$metadata#communications/calls/$entity", base_url);
  return json::serialize(with_context(context, full_call(call)));
}

std::string write_created_call(const call::CallSnapshot& call, std::string_view base_url) {
  const std::string context = fmt::format("{}/$metadata#app/calls/$entity", base_url);
  return json::serialize(with_context(context, full_call(call)));
}

std::string write_participants(call::CallId call, std::string_view base_url) {
  return empty_collection(call, base_url, "participants");
}

std::string write_audio_routing_groups(call::CallId call, std::string_view base_url) {
  return empty_collection(call, base_url, "audioRoutingGroups");
}

std::string write_content_sharing_sessions(call::CallId call, std::string_view base_url) {
  return empty_collection(call, base_url, "contentSharingSessions");
}

std::string write_call_list(std::span<const call::SnapshotPtr> calls) {
  json::array list;
  for (const auto& call : calls) list.push_back(list_entry(*call));
  return json::serialize(json::object{{"calls", std::move(list)}});
}

}  // namespace tonearm::graph
