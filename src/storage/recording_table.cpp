#include "storage/recording_table.hpp"

#include <algorithm>

#include "auth/sha256.hpp"

namespace tonearm::storage {
namespace {

constexpr const char* kInsert = R"sql(
INSERT INTO recordings(operation, call, application, token_sha256, captured_ms, notice, created_ns, settled_ns,
  expires_ns)
VALUES(?1, ?2, (SELECT application FROM calls WHERE id = ?2), ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT(operation) DO NOTHING)sql";

// Whichever of the two comes last counts `keep` from then on.
constexpr const char* kCallOver = R"sql(
UPDATE recordings SET call_over_ns = ?2,
  expires_ns = CASE WHEN settled_ns IS NULL THEN expires_ns ELSE min(expires_ns, ?3) END
WHERE call = ?1 AND call_over_ns IS NULL)sql";

constexpr const char* kSettle = R"sql(
UPDATE recordings SET settled_ns = ?3,
  expires_ns = CASE WHEN call_over_ns IS NULL THEN expires_ns ELSE min(expires_ns, ?4) END
WHERE call = ?1 AND notice = ?2 AND settled_ns IS NULL)sql";

constexpr const char* kSelect = R"sql(
SELECT operation, call, application, token_sha256, captured_ms, created_ns, expires_ns
FROM recordings WHERE operation = ?1)sql";

call::OfferedRecording read_row(Columns& row) {
  call::OfferedRecording recording;
  recording.operation = call::OperationId(row.guid());
  recording.call = call::CallId(row.guid());
  recording.application = call::ApplicationId(row.guid());
  const std::string hash = row.text();
  std::copy_n(hash.begin(), std::min(hash.size(), recording.token_hash.size()), recording.token_hash.begin());
  recording.captured = row.duration<std::chrono::milliseconds>();
  recording.created = row.time();
  recording.expires = row.time();
  return recording;
}

}  // namespace

RecordingTable::RecordingTable(Database& database, RecordingRetention retention)
    : retention_(retention),
      insert_(database, kInsert),
      call_over_(database, kCallOver),
      settle_(database, kSettle),
      delete_(database, "DELETE FROM recordings WHERE expires_ns <= ?1 RETURNING operation") {}

std::error_code RecordingTable::write(const call::Commit& commit, base::WallTime now) {
  for (const auto& operation : commit.rows.operations) {
    if (!operation.ending || !operation.recording) continue;
    if (const auto failure = add(commit.call, operation, now)) return failure;
  }
  if (!commit.rows.call_over) return {};
  return call_over_.run(commit.call, now, now + retention_.keep);
}

std::error_code RecordingTable::add(call::CallId call, const call::OperationView& operation,
                                    base::WallTime now) {
  const auth::Sha256 hash = auth::sha256(operation.recording->token);
  // A call without a webhook tells nobody, so nothing is waited for.
  const auto settled = operation.notice.value == 0 ? std::optional(now) : std::nullopt;
  return insert_.run(operation.id, call, std::span(hash), operation.media_duration, operation.notice, now,
                     settled, now + retention_.keep_undelivered);
}

std::error_code RecordingTable::settle(call::CallId call, call::NotificationNumber number,
                                       base::WallTime now) {
  return settle_.run(call, number, now, now + retention_.keep);
}

std::error_code RecordingTable::forget(base::WallTime now, std::vector<call::OperationId>& gone) {
  return delete_.each([&](Columns& row) { gone.emplace_back(row.guid()); }, now);
}

RecordingQuery::RecordingQuery(Database& database) : select_(database, kSelect) {}

std::error_code RecordingQuery::find(call::OperationId operation,
                                     std::optional<call::OfferedRecording>& recording) {
  return select_.each([&](Columns& row) { recording = read_row(row); }, operation);
}

std::vector<call::OperationId> read_recordings(Database& database) {
  std::vector<call::OperationId> operations;
  Statement select(database, "SELECT operation FROM recordings");
  const auto failure = select.each([&](Columns& row) { operations.emplace_back(row.guid()); });
  if (failure) throw std::system_error(failure, database.last_message());
  return operations;
}

}  // namespace tonearm::storage
