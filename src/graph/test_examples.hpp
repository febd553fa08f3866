#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <gtest/gtest.h>

#include "call/notification.hpp"
#include "call/operation.hpp"
#include "call/snapshot.hpp"

// The call, the operations and the helpers that this folder's tests share.

namespace tonearm::graph {

inline constexpr std::string_view kCallText = "6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901";
inline constexpr std::string_view kOperationText = "d2a7c6f0-08d5-4f42-8c40-3f4a86b9e107";
inline constexpr std::string_view kBase = "https://calls.example.com/v1.0";

/// An incoming call from a directory user, answered and with its audio up.
inline call::CallSnapshot example_call() {
  call::CallSnapshot call;
  call.id = *call::CallId::parse(kCallText);
  call.owner.application = *call::ApplicationId::parse("2c7f8d14-90aa-4b0f-8c0d-3f1e5a6b7c05");
  call.owner.tenant = *call::TenantId::parse("7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01");
  call.owner.name = "ivr";
  call.state = call::CallState::established;
  call.source = {call::Party::Kind::user, "4f0a5f0b-7f5a-4c36-9c11-2c4d9c3b1d04", "Ada",
                 "7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01"};
  call.targets = {
      {call::Party::Kind::application, "2c7f8d14-90aa-4b0f-8c0d-3f1e5a6b7c05", "Contoso bot", ""}};
  call.callback_uri = "https://bot.example.com/api/calls";
  call.chain_id = "0d3c5a52-91d5-4a77-8f0e-7c2f0d1c6b10";
  call.my_participant = *call::ParticipantId::parse("b9a4a1de-5d0e-4a26-8e73-8a2f3b0b2c02");
  call.source_participant = *call::ParticipantId::parse("e1d0c7f1-33f7-4d7e-9b57-64e6c8e0aa03");
  call.audio_active = true;
  call.audio_was_active = true;
  return call;
}

inline call::OperationView example_operation(call::OperationKind kind) {
  call::OperationView operation;
  operation.id = *call::OperationId::parse(kOperationText);
  operation.kind = kind;
  operation.client_context = "ctx-17";
  operation.number = call::OperationNumber(1);
  if (kind == call::OperationKind::play) operation.prompts = {{"https://cdn.example.com/hello.wav", "", 1}};
  return operation;
}

/// As the domain leaves it when it has ended for `reason`.
inline call::OperationView ended_example(call::OperationKind kind, call::EndReason reason, bool completed,
                                         std::string cause = {}) {
  call::OperationView operation = example_operation(kind);
  operation.status = completed ? call::OperationStatus::completed : call::OperationStatus::failed;
  operation.ending = call::OperationEnding{reason, std::move(cause)};
  operation.media_duration = std::chrono::milliseconds(1240);
  operation.notice = call::NotificationNumber(7);
  return operation;
}

inline call::Notification call_notice(call::CallSnapshot call, call::CallEvent event) {
  call::Notification notice;
  notice.number = call::NotificationNumber(7);
  notice.call = std::make_shared<const call::CallSnapshot>(std::move(call));
  notice.what = call::CallNotice{event};
  return notice;
}

inline call::Notification operation_notice(call::OperationView operation) {
  call::Notification notice = call_notice(example_call(), call::CallEvent::offered);
  notice.what = call::OperationNotice{std::move(operation)};
  return notice;
}

/// The string at a JSON pointer.
inline std::string text_at(const boost::json::value& body, std::string_view pointer) {
  return boost::json::value_to<std::string>(body.at_pointer({pointer.data(), pointer.size()}));
}

/// Compares with a golden text, as JSON. With TONEARM_BODIES set, also leaves the body in that folder, where
/// tests/support/schema_gate.py checks it against the metadata. `name` starts with the version if the body is
/// meant for one only.
inline void expect_body(const std::string& body, std::string_view golden, const std::string& name) {
  EXPECT_EQ(boost::json::parse(body), boost::json::parse({golden.data(), golden.size()}))
      << name << ": " << body;
  if (const char* folder = std::getenv("TONEARM_BODIES")) {
    std::filesystem::create_directories(folder);
    std::ofstream(std::filesystem::path(folder) / (name + ".json")) << body;
  }
}

}  // namespace tonearm::graph
