#include "graph/notification_renderer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "graph/call_json.hpp"
#include "graph/operation_json.hpp"

namespace tonearm::graph {
namespace {

namespace json = boost::json;
using call::CallEvent;

std::string_view change_type(CallEvent event) {
  if (event == CallEvent::offered) return "created";
  return event == CallEvent::ended ? "deleted" : "updated";
}

/// `resource` names the older root; the live service sends both (facts §4.1).
json::object notification(std::string_view change, const std::string& path, json::object data) {
  constexpr std::string_view kRoot = "/communications";
  return {{"@odata.type", "#microsoft.graph.commsNotification"},
          {"changeType", change},
          {"resource", "/app" + path.substr(kRoot.size())},
          {"resourceUrl", path},
          {"resourceData", std::move(data)}};
}

json::object to_json(const call::Notification& notice) {
  const call::CallId call = notice.call->id;
  if (const auto* ended = std::get_if<call::OperationNotice>(&notice.what)) {
    // The end of an operation is the deletion of its resource, completed or failed alike (facts §4.5).
    return notification("deleted", operation_path(call, ended->operation.id),
                        ended_operation(ended->operation, call, notice.number));
  }
  const CallEvent event = std::get<call::CallNotice>(notice.what).event;
  return notification(change_type(event), call_path(call), notified_call(*notice.call, event));
}

}  // namespace

std::string NotificationRenderer::render(const call::Notification& notice) const {
  json::array value;
  value.push_back(to_json(notice));
  return json::serialize(
      json::object{{"@odata.type", "#microsoft.graph.commsNotifications"}, {"value", std::move(value)}});
}

}  // namespace tonearm::graph
