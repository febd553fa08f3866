#include "storage/record_table.hpp"

#include "storage/list_columns.hpp"

namespace tonearm::storage {
namespace {

constexpr const char* kInsert = R"sql(
INSERT INTO records(call, application, tenant, application_name, chain_id, direction, source, targets, created_ns,
  established_ns, ended_ns, end_reason, end_sip_status, end_detail, codec, packets_sent, packets_received,
  packets_lost, jitter_us, remote_packets_lost, remote_jitter_us, round_trip_us)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(call) DO NOTHING)sql";

constexpr const char* kSelect = R"sql(
SELECT cursor, call, application, tenant, application_name, chain_id, direction, source, targets, created_ns,
  established_ns, ended_ns, end_reason, end_sip_status, end_detail, codec, packets_sent, packets_received,
  packets_lost, jitter_us, remote_packets_lost, remote_jitter_us, round_trip_us
FROM records WHERE cursor > ?1 ORDER BY cursor LIMIT ?2)sql";

/// Member `field` of an optional value, if there is one.
template <class Whole, class Part>
std::optional<Part> part(const std::optional<Whole>& whole, Part Whole::*field) {
  return whole ? std::optional<Part>((*whole).*field) : std::nullopt;
}

std::optional<base::WallTime> read_time(Columns& row) {
  if (row.skip_null()) return std::nullopt;
  return row.time();
}

std::optional<call::CallEnd> read_end(Columns& row) {
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

/// The last columns: NULL, all of them, if the call had no media session.
std::optional<call::MediaStats> read_media(Columns& row) {
  if (row.skip_null()) return std::nullopt;
  const auto count = [&] { return static_cast<std::uint64_t>(row.integer()); };
  call::MediaStats media;
  media.packets_sent = count();
  media.packets_received = count();
  media.packets_lost = count();
  media.jitter = row.duration<std::chrono::microseconds>();
  media.remote_packets_lost = count();
  media.remote_jitter = row.duration<std::chrono::microseconds>();
  media.round_trip = row.duration<std::chrono::microseconds>();
  return media;
}

call::CallRecord read_record(Columns& row) {
  call::CallRecord record;
  record.created = read_time(row).value_or(base::WallTime{});
  record.established = read_time(row);
  record.ended = read_time(row);
  return record;
}

/// Columns in the order of `kSelect`.
call::EndedCall read_row(Columns& row) {
  call::EndedCall ended;
  ended.cursor = static_cast<std::uint64_t>(row.integer());
  call::CallSnapshot& call = ended.call;
  call.id = call::CallId(row.guid());
  call.owner.application = call::ApplicationId(row.guid());
  call.owner.tenant = call::TenantId(row.guid());
  call.owner.name = row.text();
  call.chain_id = row.text();
  call.direction = row.enumerator<call::CallDirection>();
  call.source = party_from_column(row.text());
  call.targets = parties_from_column(row.text());
  call.record = read_record(row);
  call.end = read_end(row);
  if (!row.skip_null()) call.record.codec = row.enumerator<call::Codec>();
  call.record.media = read_media(row);
  call.state = call::CallState::terminated;
  call.gone = true;
  return ended;
}

}  // namespace

RecordTable::RecordTable(Database& database)
    : insert_(database, kInsert), purge_(database, "DELETE FROM records WHERE ended_ns < ?1") {}

std::error_code RecordTable::add(const call::CallSnapshot& call) {
  using call::CallEnd;
  using call::MediaStats;
  const auto& [created, established, ended, codec, media] = call.record;
  return insert_.run(call.id, call.owner.application, call.owner.tenant, call.owner.name, call.chain_id,
                     call.direction, party_to_column(call.source), parties_to_column(call.targets), created,
                     established, ended, part(call.end, &CallEnd::reason),
                     part(call.end, &CallEnd::sip_status), part(call.end, &CallEnd::detail), codec,
                     part(media, &MediaStats::packets_sent), part(media, &MediaStats::packets_received),
                     part(media, &MediaStats::packets_lost), part(media, &MediaStats::jitter),
                     part(media, &MediaStats::remote_packets_lost), part(media, &MediaStats::remote_jitter),
                     part(media, &MediaStats::round_trip));
}

std::error_code RecordTable::purge(base::WallTime time) {
  return purge_.run(time);
}

RecordQuery::RecordQuery(Database& database) : select_(database, kSelect) {}

std::error_code RecordQuery::find(std::uint64_t after, std::size_t most,
                                  std::vector<call::EndedCall>& records) {
  records.clear();
  return select_.each([&](Columns& row) { records.push_back(read_row(row)); }, after, most);
}

}  // namespace tonearm::storage
