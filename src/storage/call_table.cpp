#include "storage/call_table.hpp"

#include <memory>
#include <optional>

#include "storage/list_columns.hpp"

namespace tonearm::storage {
namespace {

constexpr const char* kUpsertCall = R"sql(
INSERT INTO calls(id, application, tenant, application_name, application_instance, state, direction, source,
  targets, callback_uri, chain_id, my_participant, source_participant, modalities, prefetch_media, audio_active,
  audio_was_active, tone_sequence, tone, end_reason, end_sip_status, end_detail, gone, created_ns, established_ns)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(id) DO UPDATE SET state = excluded.state, targets = excluded.targets,
  callback_uri = excluded.callback_uri, chain_id = excluded.chain_id, modalities = excluded.modalities,
  prefetch_media = excluded.prefetch_media, audio_active = excluded.audio_active,
  audio_was_active = excluded.audio_was_active, tone_sequence = excluded.tone_sequence, tone = excluded.tone,
  end_reason = excluded.end_reason, end_sip_status = excluded.end_sip_status, end_detail = excluded.end_detail,
  gone = excluded.gone, established_ns = excluded.established_ns)sql";

constexpr const char* kUpsertOperation = R"sql(
INSERT OR REPLACE INTO operations(call, id, kind, status, client_context, end_reason, end_cause, number,
  queue_position, prompts, media_ms, recording_location, stop_us, cancelled, notice)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql";

constexpr const char* kDeleteCall = R"sql(
DELETE FROM calls WHERE id = ?1 AND over
  AND NOT EXISTS(SELECT 1 FROM outbox WHERE call = ?1 AND parked_ns IS NULL))sql";

constexpr const char* kSelectAlive = R"sql(
SELECT id, application, tenant, application_name, application_instance, state, direction, source, targets,
  callback_uri, chain_id, my_participant, source_participant, modalities, prefetch_media, audio_active,
  audio_was_active, tone_sequence, tone, end_reason, end_sip_status, end_detail, gone, created_ns,
  established_ns, last_notification
FROM calls WHERE NOT over ORDER BY rowid)sql";

constexpr const char* kUpsertDialog = "INSERT OR REPLACE INTO dialogs(call, leg, dialog) VALUES(?, ?, ?)";

constexpr const char* kSelectOperations = R"sql(
SELECT id, kind, status, client_context, end_reason, end_cause, number, queue_position, prompts, media_ms,
  recording_location, stop_us, cancelled, notice
FROM operations WHERE call = ? ORDER BY rowid)sql";

std::optional<call::ToneInfo> read_tone(Columns& row) {
  if (row.skip_null()) {
    row.skip_null();
    return std::nullopt;
  }
  call::ToneInfo tone;
  tone.sequence_id = row.integer();
  tone.tone = row.enumerator<call::Tone>();
  return tone;
}

std::optional<call::CallEnd> read_call_end(Columns& row) {
  if (row.skip_null()) {
    row.skip_null();
    row.skip_null();
    return std::nullopt;
  }
  call::CallEnd end;
  end.reason = row.enumerator<call::CallEndReason>();
  end.sip_status = static_cast<int>(row.integer());
  end.detail = row.text();
  return end;
}

std::optional<call::OperationEnding> read_ending(Columns& row) {
  if (row.skip_null()) {
    row.skip_null();
    return std::nullopt;
  }
  call::OperationEnding ending;
  ending.reason = row.enumerator<call::EndReason>();
  ending.cause = row.text();
  return ending;
}

call::Owner read_owner(Columns& row) {
  call::Owner owner;
  owner.application = call::ApplicationId(row.guid());
  owner.tenant = call::TenantId(row.guid());
  owner.name = row.text();
  owner.application_instance = row.text();
  return owner;
}

/// Columns in the order of `kSelectAlive`, up to `established_ns`.
call::CallSnapshot read_call(Columns& row) {
  call::CallSnapshot call;
  call.id = call::CallId(row.guid());
  call.owner = read_owner(row);
  call.state = row.enumerator<call::CallState>();
  call.direction = row.enumerator<call::CallDirection>();
  call.source = party_from_column(row.text());
  call.targets = parties_from_column(row.text());
  call.callback_uri = row.text();
  call.chain_id = row.text();
  call.my_participant = call::ParticipantId(row.guid());
  call.source_participant = call::ParticipantId(row.guid());
  call.modalities = words_from_column(row.text());
  call.prefetch_media = prompts_from_column(row.text());
  call.audio_active = row.flag();
  call.audio_was_active = row.flag();
  call.tone = read_tone(row);
  call.end = read_call_end(row);
  call.gone = row.flag();
  if (!row.skip_null()) call.record.created = row.time();
  if (!row.skip_null()) call.record.established = row.time();
  return call;
}

/// Columns in the order of `kSelectOperations`.
call::OperationView read_operation(Columns& row) {
  call::OperationView operation;
  operation.id = call::OperationId(row.guid());
  operation.kind = row.enumerator<call::OperationKind>();
  operation.status = row.enumerator<call::OperationStatus>();
  if (!row.skip_null()) operation.client_context = row.text();
  operation.ending = read_ending(row);
  operation.number = call::OperationNumber(static_cast<std::uint32_t>(row.integer()));
  operation.queue_position = static_cast<std::uint32_t>(row.integer());
  operation.prompts = prompts_from_column(row.text());
  operation.media_duration = row.duration<std::chrono::milliseconds>();
  if (!row.skip_null()) operation.recording = call::RecordingAccess{row.text(), {}};
  if (!row.skip_null()) operation.stop_latency = row.duration<std::chrono::microseconds>();
  operation.cancelled = operation_ids_from_column(row.text());
  operation.notice = call::NotificationNumber(static_cast<std::uint64_t>(row.integer()));
  return operation;
}

void check(std::error_code failure, const Database& database) {
  if (failure) throw std::system_error(failure, database.last_message());
}

}  // namespace

CallTable::CallTable(Database& database)
    : upsert_call_(database, kUpsertCall),
      upsert_operation_(database, kUpsertOperation),
      upsert_dialog_(database, kUpsertDialog),
      set_last_notification_(database, "UPDATE calls SET last_notification = ?2 WHERE id = ?1"),
      set_over_(database, "UPDATE calls SET over = 1 WHERE id = ?1"),
      delete_call_(database, kDeleteCall),
      delete_operations_(database, "DELETE FROM operations WHERE call = ?1"),
      delete_dialogs_(database, "DELETE FROM dialogs WHERE call = ?1") {}

std::error_code CallTable::write(const call::Commit& commit) {
  const call::Rows& rows = commit.rows;
  if (rows.call) {
    if (const auto failure = write_call(*rows.call)) return failure;
  }
  for (const auto& operation : rows.operations) {
    if (const auto failure = write_operation(commit.call, operation)) return failure;
  }
  for (const auto& row : rows.dialogs) {
    if (const auto failure = upsert_dialog_.run(commit.call, row.leg, row.dialog)) return failure;
  }
  if (!commit.outbox.empty()) {
    if (const auto failure = set_last_notification_.run(commit.call, commit.outbox.back().number))
      return failure;
  }
  return rows.call_over ? set_over_.run(commit.call) : std::error_code{};
}

std::error_code CallTable::write_call(const call::CallSnapshot& call) {
  const auto tone_sequence = call.tone ? std::optional(call.tone->sequence_id) : std::nullopt;
  const auto tone = call.tone ? std::optional(call.tone->tone) : std::nullopt;
  const auto end_reason = call.end ? std::optional(call.end->reason) : std::nullopt;
  const auto end_status = call.end ? std::optional(call.end->sip_status) : std::nullopt;
  const auto end_detail = call.end ? std::optional(call.end->detail) : std::nullopt;
  return upsert_call_.run(call.id, call.owner.application, call.owner.tenant, call.owner.name,
                          call.owner.application_instance, call.state, call.direction,
                          party_to_column(call.source), parties_to_column(call.targets), call.callback_uri,
                          call.chain_id, call.my_participant, call.source_participant,
                          words_to_column(call.modalities), prompts_to_column(call.prefetch_media),
                          call.audio_active, call.audio_was_active, tone_sequence, tone, end_reason,
                          end_status, end_detail, call.gone, call.record.created, call.record.established);
}

std::error_code CallTable::write_operation(call::CallId call, const call::OperationView& operation) {
  const auto& ending = operation.ending;
  const auto end_reason = ending ? std::optional(ending->reason) : std::nullopt;
  const auto end_cause = ending ? std::optional(ending->cause) : std::nullopt;
  const auto location = operation.recording ? std::optional(operation.recording->location) : std::nullopt;
  return upsert_operation_.run(call, operation.id, operation.kind, operation.status, operation.client_context,
                               end_reason, end_cause, operation.number, operation.queue_position,
                               prompts_to_column(operation.prompts), operation.media_duration, location,
                               operation.stop_latency, operation_ids_to_column(operation.cancelled),
                               operation.notice);
}

std::error_code CallTable::forget_if_done(call::CallId call) {
  if (const auto failure = delete_call_.run(call)) return failure;
  if (delete_call_.changes() == 0) return {};
  if (const auto failure = delete_dialogs_.run(call)) return failure;
  return delete_operations_.run(call);
}

std::vector<call::StoredCall> read_alive(Database& database) {
  std::vector<call::StoredCall> calls;
  Statement select_calls(database, kSelectAlive);
  Statement select_operations(database, kSelectOperations);
  Statement select_dialogs(database, "SELECT dialog FROM dialogs WHERE call = ? ORDER BY leg");
  const auto failure = select_calls.each([&](Columns& row) {
    auto call = std::make_shared<call::CallSnapshot>(read_call(row));
    call::StoredCall stored;
    stored.last_notification = call::NotificationNumber(static_cast<std::uint64_t>(row.integer()));
    const auto unreadable = select_operations.each(
        [&](Columns& columns) {
          auto operation = read_operation(columns);
          call->operations.emplace(operation.id, std::move(operation));
        },
        call->id);
    check(unreadable, database);
    check(select_dialogs.each([&](Columns& columns) { stored.dialogs.push_back(columns.text()); }, call->id),
          database);
    stored.call = std::move(call);
    calls.push_back(std::move(stored));
  });
  check(failure, database);
  return calls;
}

}  // namespace tonearm::storage
