#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include "auth/token_issuer.hpp"
#include "call/ports.hpp"
#include "call/recordings.hpp"
#include "http/service.hpp"

namespace tonearm::http::test {

inline std::string header(const Response& response, std::string_view name) {
  for (const Header& entry : response.headers) {
    if (entry.name == name) return entry.value;
  }
  return "";
}

inline boost::json::object json(const Response& response) {
  return boost::json::parse(response.body).as_object();
}

/// `error.code` of an error body.
inline std::string error_code(const Response& response) {
  return json(response).at("error").at("code").as_string().c_str();
}

/// As the operator sends it to the admin listener, whose token in tests is "t0ken".
inline Request admin_request(std::string method, std::string target,
                             std::string authorization = "Bearer t0ken") {
  Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.authorization = std::move(authorization);
  request.host = "localhost:8081";
  request.local = {"127.0.0.1", 8081};
  return request;
}

/// What a service answers at once.
inline Response answer_of(Service& service, Request request) {
  std::optional<Response> answer;
  service.handle(std::move(request), Responder([&](Response response) { answer = std::move(response); }));
  if (!answer) throw std::runtime_error("the service did not answer");
  return std::move(*answer);
}

/// Calls that are just snapshots; commands are recorded and answered as the test says.
class FakeCalls final : public call::CallDirectory {
 public:
  struct Posted {
    call::CallId call;
    call::CommandContext context;
    call::Command command;
  };

  [[nodiscard]] call::SnapshotPtr find(call::CallId id) const override {
    const auto found = snapshots.find(id);
    return found == snapshots.end() ? nullptr : found->second;
  }
  [[nodiscard]] std::vector<call::SnapshotPtr> list() const override {
    std::vector<call::SnapshotPtr> all;
    for (const auto& [id, snapshot] : snapshots) all.push_back(snapshot);
    return all;
  }
  void post_command(call::CallId id, call::CommandContext context, call::Command command,
                    ReplyHandler handler) override {
    posted.push_back({id, std::move(context), std::move(command)});
    handler(reply);
  }
  void post_create(call::CreateCall order, call::CommandContext, Keep keep, CreateHandler handler) override {
    created.push_back(std::move(order));
    keeps.push_back(std::move(keep));
    handler(create_reply);
  }
  void post_response_written(call::RequestId request) override { written.push_back(request); }

  std::map<call::CallId, call::SnapshotPtr> snapshots;
  call::Reply reply = call::Accepted{};
  std::vector<Posted> posted;
  call::CreateReply create_reply = call::CommandFailure{};
  std::vector<call::CreateCall> created;
  std::vector<Keep> keeps;  // of those
  std::vector<call::RequestId> written;
};

/// Recordings that a test has offered; answers at once.
class FakeRecordings final : public call::RecordingStore, public call::RecordingFiles {
 public:
  void find_recording(call::OperationId operation,
                      std::function<void(std::optional<call::OfferedRecording>)> found) override {
    const auto row = rows.find(operation);
    found(row == rows.end() ? std::nullopt : std::optional(row->second));
  }
  void forget_recordings(base::WallTime, std::function<void(std::vector<call::OperationId>)>) override {}
  std::vector<call::OperationId> recordings() override { return {}; }
  void await_file(call::OperationId, std::chrono::milliseconds limit, FileReady done) override {
    waited = limit;
    done(file);
  }

  std::map<call::OperationId, call::OfferedRecording> rows;
  std::optional<std::filesystem::path> file;
  std::optional<std::chrono::milliseconds> waited;
};

inline auth::Application application(const char* id, const char* tenant, std::vector<std::string> roles) {
  return {"bot", base::Guid::parse(id).value(), base::Guid::parse(tenant).value(), base::Secret("secret"),
          std::move(roles)};
}

inline constexpr const char* kBot = "00000000-0000-4000-8000-000000000001";
inline constexpr const char* kOtherBot = "00000000-0000-4000-8000-000000000002";
inline constexpr const char* kTenant = "00000000-0000-4000-8000-0000000000aa";
inline constexpr const char* kOtherTenant = "00000000-0000-4000-8000-0000000000bb";

/// One key for the whole test program: making one takes some 100 ms.
inline std::shared_ptr<const auth::RsaKey> key() {
  static const auto made = [] {
    const auto path = std::filesystem::temp_directory_path() / ("http_key_" + std::to_string(getpid()));
    auto fresh = auth::RsaKey::load_or_create(path, "Test", base::WallClock::now()).value();
    std::filesystem::remove(path);
    return fresh;
  }();
  return made;
}

}  // namespace tonearm::http::test
