#include "storage/outbox_table.hpp"

#include <algorithm>
#include <string>

namespace tonearm::storage {
namespace {

constexpr const char* kInsert = R"sql(
INSERT OR REPLACE INTO outbox(call, number, message_id, application, tenant, chain_id, url, configured_url, body,
  created_ns, ending, call_end)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql";

constexpr const char* kPark = R"sql(
UPDATE outbox SET parked_ns = ?3, parked_because = ?4, attempts = attempts + ?5
WHERE call = ?1 AND number = ?2 AND parked_ns IS NULL)sql";

const std::string kColumns = R"sql(
call, number, message_id, application, tenant, chain_id, url, configured_url, body, created_ns, ending, call_end,
redelivered_ns
)sql";

const std::string kSelectPending = "SELECT" + kColumns + "FROM outbox WHERE parked_ns IS NULL";

const std::string kRedeliver = R"sql(
UPDATE outbox SET parked_ns = NULL, redelivered_ns = ?2 WHERE message_id = ?1 AND parked_ns IS NOT NULL
RETURNING)sql" + kColumns;

constexpr const char* kPurgeOld = R"sql(
DELETE FROM outbox WHERE rowid IN (
  SELECT rowid FROM outbox WHERE parked_ns < ?1 ORDER BY parked_ns LIMIT ?2))sql";

constexpr const char* kPurgeMany = R"sql(
DELETE FROM outbox WHERE rowid IN (
  SELECT rowid FROM outbox WHERE parked_ns IS NOT NULL ORDER BY parked_ns LIMIT ?1))sql";

constexpr const char* kSelectParked = R"sql(
SELECT message_id, call, application, number, created_ns, parked_ns, parked_because, attempts
FROM outbox WHERE parked_ns > ?1 ORDER BY parked_ns LIMIT ?2)sql";

call::OutboxRow read_row(Columns& columns) {
  call::OutboxRow row;
  row.call = call::CallId(columns.guid());
  row.number = call::NotificationNumber(static_cast<std::uint64_t>(columns.integer()));
  row.message_id = columns.guid();
  row.application = call::ApplicationId(columns.guid());
  row.tenant = call::TenantId(columns.guid());
  row.chain_id = columns.text();
  row.url = columns.text();
  row.configured_url = columns.flag();
  row.body = columns.text();
  row.created = columns.time();
  row.ending = columns.flag();
  row.call_end = columns.flag();
  if (!columns.skip_null()) row.redelivered = columns.time();
  return row;
}

call::ParkedNotification read_parked_row(Columns& columns) {
  call::ParkedNotification parked;
  parked.message_id = columns.guid();
  parked.call = call::CallId(columns.guid());
  parked.application = call::ApplicationId(columns.guid());
  parked.number = call::NotificationNumber(static_cast<std::uint64_t>(columns.integer()));
  parked.created = columns.time();
  parked.parked = columns.time();
  parked.because.why = columns.text();
  parked.because.attempts = static_cast<unsigned>(columns.integer());
  return parked;
}

base::WallTime time_of_last_parked(Database& database) {
  return base::WallTime(std::chrono::nanoseconds(database.number("SELECT max(parked_ns) FROM outbox")));
}

}  // namespace

OutboxTable::OutboxTable(Database& database)
    : insert_(database, kInsert),
      delete_(database, "DELETE FROM outbox WHERE call = ?1 AND number = ?2"),
      park_(database, kPark),
      redeliver_(database, kRedeliver),
      purge_old_(database, kPurgeOld),
      purge_many_(database, kPurgeMany),
      parked_(database.number("SELECT count(*) FROM outbox WHERE parked_ns IS NOT NULL")),
      last_parked_(time_of_last_parked(database)) {}

std::error_code OutboxTable::add(const call::OutboxRow& row) {
  return insert_.run(row.call, row.number, row.message_id, row.application, row.tenant, row.chain_id, row.url,
                     row.configured_url, row.body, row.created, row.ending, row.call_end);
}

std::error_code OutboxTable::remove(call::CallId call, call::NotificationNumber number) {
  return delete_.run(call, number);
}

std::error_code OutboxTable::park(call::CallId call, call::NotificationNumber number, base::WallTime at,
                                  const call::GivenUp& because) {
  const auto whole = std::chrono::floor<base::microseconds>(at);
  const auto next = std::chrono::floor<base::microseconds>(last_parked_) + base::microseconds(1);
  last_parked_ = std::max(whole, next);
  const auto failure = park_.run(call, number, last_parked_, because.why, because.attempts);
  if (!failure) parked_ += park_.changes();
  return failure;
}

std::error_code OutboxTable::redeliver(const base::Guid& message_id, base::WallTime at,
                                       std::optional<call::OutboxRow>& row) {
  const auto failure = redeliver_.each([&](Columns& columns) { row = read_row(columns); }, message_id, at);
  if (!failure && row) --parked_;
  return failure;
}

std::error_code OutboxTable::purge_parked(base::WallTime time, std::int64_t most) {
  if (const auto failure = purge_old_.run(time, kPurgeMax)) return failure;
  parked_ -= purge_old_.changes();
  if (parked_ <= most) return {};
  const auto failure = purge_many_.run(std::min(parked_ - most, kPurgeMax));
  if (!failure) parked_ -= purge_many_.changes();
  return failure;
}

OutboxQuery::OutboxQuery(Database& database)
    : select_(database, kSelectPending + " AND call = ?1 AND number = ?2"),
      select_parked_(database, kSelectParked),
      select_message_(database, "SELECT 1 FROM outbox WHERE message_id = ?1 LIMIT 1") {}

std::error_code OutboxQuery::find(call::CallId call, call::NotificationNumber number,
                                  std::optional<call::OutboxRow>& row) {
  return select_.each([&](Columns& columns) { row = read_row(columns); }, call, number);
}

std::error_code OutboxQuery::find_parked(const call::ParkedAsked& asked,
                                         std::vector<call::ParkedNotification>& parked) {
  parked.clear();
  return select_parked_.each([&](Columns& columns) { parked.push_back(read_parked_row(columns)); },
                             asked.after, asked.most);
}

std::error_code OutboxQuery::knows(const base::Guid& message_id, bool& known) {
  known = false;
  return select_message_.each([&](Columns&) { known = true; }, message_id);
}

std::vector<call::OutboxRow> read_pending(Database& database) {
  std::vector<call::OutboxRow> rows;
  std::string select_heads = kSelectPending;
  select_heads.replace(select_heads.find(" body,"), 6, " '',");  // a day's bodies would not fit in memory
  Statement select(database, select_heads + " ORDER BY call, number");
  const auto failure = select.each([&](Columns& columns) { rows.push_back(read_row(columns)); });
  if (failure) throw std::system_error(failure, database.last_message());
  return rows;
}

}  // namespace tonearm::storage
