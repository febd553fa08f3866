#include "graph/operation_json.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "graph/common_json.hpp"
#include "graph/media_json.hpp"
#include "graph/names.hpp"
#include "graph/operation_endings.hpp"

namespace tonearm::graph {
namespace {

namespace json = boost::json;
using call::EndReason;
using call::OperationKind;
using call::OperationStatus;
using call::OperationView;

json::object head(const OperationView& operation) {
  return {{"@odata.type", operation_type(operation.kind)}};
}

json::value context_or_null(const OperationView& operation) {
  return operation.client_context ? json::value(*operation.client_context) : json::value();
}

bool is_over(const OperationView& operation) {
  return operation.status == OperationStatus::completed || operation.status == OperationStatus::failed;
}

/// Over in the answer that created it: no notification follows (facts §6.14).
bool is_immediate(const OperationView& operation) {
  return operation.ending && operation.ending->reason == EndReason::immediate;
}

/// What a cancel found (operations.md §2).
void add_cancel_report(const OperationView& operation, json::object& body) {
  if (operation.kind != OperationKind::cancel_media_processing) return;
  body["@tonearm.stopMicroseconds"] = operation.stop_latency.value_or(std::chrono::microseconds(0)).count();
  json::array cancelled;
  for (const auto& id : operation.cancelled) cancelled.emplace_back(id.to_string());
  body["@tonearm.cancelled"] = std::move(cancelled);
}

/// A record's answer shows its members empty before there is anything in them (facts §6.10).
void add_empty_record_members(const OperationView& operation, json::object& body) {
  if (operation.kind != OperationKind::record) return;
  body["resultInfo"] = nullptr;
  body["recordingLocation"] = nullptr;
  body["recordingAccessToken"] = nullptr;
}

/// Failed records have empty strings (facts §6.10); what was captured of one is offered beside them.
void add_recording(const OperationView& operation, bool completed, json::object& body) {
  const bool offered = completed && operation.recording;
  body["recordingLocation"] = offered ? operation.recording->location : "";
  body["recordingAccessToken"] = offered ? operation.recording->token : "";
  if (!completed && operation.recording) {
    body["@tonearm.recordingLocation"] = operation.recording->location;
    body["@tonearm.recordingAccessToken"] = operation.recording->token;
  }
  if (operation.ending->reason == EndReason::record_call_ended_with_audio) {
    body["@tonearm.endedBy"] = "callEnded";
  }
}

void add_kind_members(const OperationView& operation, bool completed, json::object& body) {
  if (operation.kind == OperationKind::play) {
    body["prompts"] = prompts_json(operation.prompts);
    body["@tonearm.sentMs"] = operation.media_duration.count();
  }
  if (operation.kind == OperationKind::record) {
    add_recording(operation, completed, body);
    body["@tonearm.capturedMs"] = operation.media_duration.count();
  }
}

json::object unfinished(const OperationView& operation, OperationStatus status,
                        std::uint32_t queue_position) {
  json::object body = head(operation);
  body["id"] = operation.id.to_string();
  body["status"] = to_wire(status);
  body["clientContext"] = context_or_null(operation);
  add_empty_record_members(operation, body);
  if (queue_position > 0) body["@tonearm.queuePosition"] = queue_position;
  add_cancel_report(operation, body);
  return body;
}

}  // namespace

std::string operation_path(call::CallId call, call::OperationId operation) {
  return fmt::format("/communications/calls/{}/operations/{}", call.to_string(), operation.to_string());
}

json::object created_operation(const OperationView& operation) {
  const bool waits = operation.status == OperationStatus::not_started;
  return unfinished(operation, waits ? OperationStatus::running : operation.status, operation.queue_position);
}

json::object pending_operation(const OperationView& operation) {
  const bool waits = operation.status == OperationStatus::not_started;
  return unfinished(operation, operation.status, waits ? operation.queue_position : 0);
}

json::object ended_operation(const OperationView& operation, call::CallId call,
                             call::NotificationNumber number) {
  const call::OperationEnding ending = operation.ending.value_or(call::OperationEnding{});
  const EndingRow& row = ending_row(ending.reason);
  json::object body = head(operation);
  if (number.value > 0) {
    body["@odata.id"] = operation_path(call, operation.id);
    body["@odata.etag"] = fmt::format("W/\"{}\"", number.value);
  }
  body["id"] = operation.id.to_string();
  if (operation.client_context) body["clientContext"] = *operation.client_context;
  body["status"] = to_wire(row.completed ? OperationStatus::completed : OperationStatus::failed);
  body["resultInfo"] = result_info(row.code, row.subcode, ending_message(ending));
  if (const auto reason = completion_reason(ending.reason, operation.kind); !reason.empty()) {
    body["completionReason"] = reason;
  }
  add_kind_members(operation, row.completed, body);
  return body;
}

json::object current_operation(const OperationView& operation, call::CallId call) {
  const bool told = is_over(operation) && operation.ending && !is_immediate(operation);
  return told ? ended_operation(operation, call, operation.notice) : pending_operation(operation);
}

}  // namespace tonearm::graph
