#include "storage/schema.hpp"

#include <array>
#include <string>

#include "storage/errc.hpp"

namespace tonearm::storage {
namespace {

/// "TNRM", in the file's header: what makes a SQLite file ours.
constexpr std::int64_t kApplicationId = 0x544e524d;

// Enumerators are stored as numbers: append to them, never reorder (enumerator_test). Lists of small values
// are JSON arrays in a column: they are only ever read whole. A recording's access token is not stored here.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE calls(
  id BLOB PRIMARY KEY,
  application BLOB, tenant BLOB, application_name TEXT, application_instance TEXT,
  state INTEGER, direction INTEGER, source TEXT, targets TEXT,
  callback_uri TEXT, chain_id TEXT, my_participant BLOB, source_participant BLOB,
  modalities TEXT, prefetch_media TEXT, audio_active INTEGER, audio_was_active INTEGER,
  tone_sequence INTEGER, tone INTEGER,
  end_reason INTEGER, end_sip_status INTEGER, end_detail TEXT, gone INTEGER,
  dialog TEXT NOT NULL DEFAULT '',
  last_notification INTEGER NOT NULL DEFAULT 0,
  over INTEGER NOT NULL DEFAULT 0);
CREATE TABLE operations(
  call BLOB, id BLOB,
  kind INTEGER, status INTEGER, client_context TEXT, end_reason INTEGER, end_cause TEXT,
  number INTEGER, queue_position INTEGER, prompts TEXT, media_ms INTEGER,
  recording_location TEXT, stop_us INTEGER, cancelled TEXT, notice INTEGER,
  PRIMARY KEY(call, id));
CREATE TABLE outbox(
  call BLOB, number INTEGER, message_id BLOB, application BLOB, tenant BLOB, chain_id TEXT,
  url TEXT, configured_url INTEGER, body TEXT, created_ns INTEGER, ending INTEGER, call_end INTEGER,
  parked_ns INTEGER, parked_because TEXT,
  PRIMARY KEY(call, number));
CREATE INDEX outbox_parked ON outbox(parked_ns) WHERE parked_ns IS NOT NULL;
)sql";

// Call records, and what they say of a call whose end the process did not see.
constexpr const char* kCallRecords = R"sql(
ALTER TABLE calls ADD COLUMN created_ns INTEGER;
ALTER TABLE calls ADD COLUMN established_ns INTEGER;
CREATE TABLE records(
  cursor INTEGER PRIMARY KEY AUTOINCREMENT,
  call BLOB UNIQUE, application BLOB, tenant BLOB, application_name TEXT, chain_id TEXT,
  direction INTEGER, source TEXT, targets TEXT,
  created_ns INTEGER, established_ns INTEGER, ended_ns INTEGER,
  end_reason INTEGER, end_sip_status INTEGER, end_detail TEXT, codec INTEGER,
  packets_sent INTEGER, packets_received INTEGER, packets_lost INTEGER, jitter_us INTEGER,
  remote_packets_lost INTEGER, remote_jitter_us INTEGER, round_trip_us INTEGER);
CREATE INDEX records_ended ON records(ended_ns);
)sql";

constexpr const char* kRecordings = R"sql(
CREATE TABLE recordings(
  operation BLOB PRIMARY KEY,
  call BLOB, application BLOB, token_sha256 BLOB, captured_ms INTEGER, notice INTEGER,
  created_ns INTEGER, call_over_ns INTEGER, settled_ns INTEGER, expires_ns INTEGER);
CREATE INDEX recordings_of_call ON recordings(call);
CREATE INDEX recordings_expiry ON recordings(expires_ns);
)sql";

// Parked notifications are found by their message id, to be tried again.
constexpr const char* kRedelivery = R"sql(
ALTER TABLE outbox ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN redelivered_ns INTEGER;
CREATE INDEX outbox_parked_message ON outbox(message_id) WHERE parked_ns IS NOT NULL;
)sql";

// A redirected call has two dialogs, or more.
constexpr const char* kDialogs = R"sql(
CREATE TABLE dialogs(call BLOB, leg INTEGER, dialog TEXT, PRIMARY KEY(call, leg)) WITHOUT ROWID;
INSERT INTO dialogs SELECT id, 1, dialog FROM calls WHERE dialog <> '';
ALTER TABLE calls DROP COLUMN dialog;
)sql";

// Answers that repeats of their requests get.
constexpr const char* kAnswers = R"sql(
CREATE TABLE answers(
  key BLOB PRIMARY KEY,
  call BLOB, request BLOB, status INTEGER, location TEXT, body TEXT, at_ns INTEGER);
CREATE INDEX answers_age ON answers(at_ns);
)sql";

constexpr std::array kVersions = {kVersion1, kCallRecords, kRecordings, kRedelivery, kDialogs, kAnswers};

bool is_empty(Database& database) {
  return database.number("SELECT count(*) FROM sqlite_schema") == 0;
}

}  // namespace

int newest_schema() {
  return static_cast<int>(kVersions.size());
}

void migrate(Database& database) {
  migrate(database, kApplicationId, kVersions);
}

void migrate(Database& database, std::int64_t application_id, std::span<const char* const> versions) {
  const std::int64_t owner = database.number("PRAGMA application_id");
  if (owner != application_id && !(owner == 0 && is_empty(database))) {
    throw std::system_error(make_error_code(StorageErrc::foreign_database));
  }
  const auto found = static_cast<std::size_t>(database.number("PRAGMA user_version"));
  if (found > versions.size()) {
    throw std::system_error(
        make_error_code(StorageErrc::newer_schema),
        "schema " + std::to_string(found) + ", known up to " + std::to_string(versions.size()));
  }
  for (std::size_t version = found; version < versions.size(); ++version) {
    const std::string sql = "BEGIN IMMEDIATE;" + std::string(versions[version]) +
                            "PRAGMA application_id = " + std::to_string(application_id) +
                            ";PRAGMA user_version = " + std::to_string(version + 1) + ";COMMIT;";
    database.require(sql.c_str());
  }
}

}  // namespace tonearm::storage
