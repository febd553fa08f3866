#include "graph/event_details.hpp"

#include <array>

#include <boost/json/serialize.hpp>

#include "graph/names.hpp"
#include "graph/operation_endings.hpp"
#include "graph/stats_json.hpp"
#include "graph/text.hpp"

namespace tonearm::graph {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> kDirections{"sendrecv", "sendonly", "recvonly", "inactive"};
constexpr std::string_view kTypePrefix = "#microsoft.graph.";

}  // namespace

EventText event_text(std::string_view kind, const json::object& details) {
  return {kind, json::serialize(details)};
}

std::string_view shown_tone(call::Tone tone, bool show_numbers) {
  return show_numbers ? to_wire(tone) : "masked";
}

std::string public_part(std::string_view uri) {
  std::string part(uri.substr(0, uri.find_first_of("?#")));
  const auto scheme = part.find("://");
  if (scheme == std::string::npos) return valid_utf8(part);
  const auto host = scheme + 3;
  const auto user = part.substr(0, part.find('/', host)).rfind('@');
  if (user != std::string::npos && user >= host) part.erase(host, user + 1 - host);
  return valid_utf8(part);
}

json::object media_details(const call::MediaDescription& media) {
  return {{"codec", codec_json(media.codec)},
          {"direction", kDirections.at(static_cast<std::size_t>(media.direction))},
          {"hold", media.remote_hold},
          {"remote", media.remote_rtp.to_string()}};
}

json::object operation_details(const call::OperationView& operation) {
  json::object details{{"operation", operation.id.to_string()},
                       {"type", operation_type(operation.kind).substr(kTypePrefix.size())},
                       {"status", to_wire(operation.status)}};
  if (operation.number.value > 0) details["media"] = operation.number.value;
  if (operation.queue_position > 0) details["queuePosition"] = operation.queue_position;
  if (operation.stop_latency) details["stopMicroseconds"] = operation.stop_latency->count();
  if (!operation.ending || operation.ending->reason == call::EndReason::immediate) return details;
  const EndingRow& row = ending_row(operation.ending->reason);
  details["code"] = row.code;
  details["subcode"] = row.subcode;
  details["message"] = valid_utf8(ending_message(*operation.ending));
  details["milliseconds"] = operation.media_duration.count();
  return details;
}

}  // namespace tonearm::graph
