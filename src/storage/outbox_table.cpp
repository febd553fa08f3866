#include "storage/outbox_table.hpp"

#include <string>

namespace tonearm::storage {
namespace {

constexpr const char* kInsert = R"sql(
INSERT OR REPLACE INTO outbox(call, number, message_id, application, tenant, chain_id, url, configured_url, body,
  created_ns, ending, call_end)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql";

constexpr const char* kPark = R"sql(
UPDATE outbox SET parked_ns = ?3, parked_because = ?4 WHERE call = ?1 AND number = ?2)sql";

const std::string kSelectPending = R"sql(
SELECT call, number, message_id, application, tenant, chain_id, url, configured_url, body, created_ns, ending,
  call_end
FROM outbox WHERE parked_ns IS NULL)sql";

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
  return row;
}

}  // namespace

OutboxTable::OutboxTable(Database& database)
    : insert_(database, kInsert),
      delete_(database, "DELETE FROM outbox WHERE call = ?1 AND number = ?2"),
      park_(database, kPark),
      purge_(database, "DELETE FROM outbox WHERE parked_ns < ?1") {}

std::error_code OutboxTable::add(const call::OutboxRow& row) {
  return insert_.run(row.call, row.number, row.message_id, row.application, row.tenant, row.chain_id, row.url,
                     row.configured_url, row.body, row.created, row.ending, row.call_end);
}

std::error_code OutboxTable::remove(call::CallId call, call::NotificationNumber number) {
  return delete_.run(call, number);
}

std::error_code OutboxTable::park(call::CallId call, call::NotificationNumber number, base::WallTime at,
                                  std::string_view why) {
  return park_.run(call, number, at, why);
}

std::error_code OutboxTable::purge_parked(base::WallTime time) {
  return purge_.run(time);
}

OutboxQuery::OutboxQuery(Database& database)
    : select_(database, kSelectPending + " AND call = ?1 AND number = ?2") {}

std::error_code OutboxQuery::find(call::CallId call, call::NotificationNumber number,
                                  std::optional<call::OutboxRow>& row) {
  return select_.each([&](Columns& columns) { row = read_row(columns); }, call, number);
}

std::vector<call::OutboxRow> read_pending(Database& database) {
  std::vector<call::OutboxRow> rows;
  Statement select(database, kSelectPending + " ORDER BY call, number");
  const auto failure = select.each([&](Columns& columns) { rows.push_back(read_row(columns)); });
  if (failure) throw std::system_error(failure, database.last_message());
  return rows;
}

}  // namespace tonearm::storage
