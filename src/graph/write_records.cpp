#include "graph/write_records.hpp"

#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "graph/call_ends.hpp"
#include "graph/call_json.hpp"
#include "graph/masked.hpp"
#include "graph/names.hpp"
#include "graph/stats_json.hpp"
#include "graph/utc_time.hpp"

namespace tonearm::graph {
namespace {

namespace json = boost::json;

json::value time(std::optional<base::WallTime> at) {
  if (!at || *at == base::WallTime{}) return nullptr;
  return json::value(utc_time(*at));
}

void add_end(json::object& entry, const std::optional<call::CallEnd>& end) {
  if (!end) return;
  const CallResult result = call_result(*end);
  entry["code"] = result.code;
  entry["subcode"] = result.subcode;
  entry["message"] = result.message;
}

json::object record(const call::EndedCall& ended, bool show_numbers) {
  const call::CallSnapshot& call = ended.call;
  json::array targets;
  for (const call::Party& target : call.targets) targets.push_back(identity_set(shown(target, show_numbers)));
  json::object entry{{"cursor", ended.cursor},
                     {"call", call.id.to_string()},
                     {"callChainId", call.chain_id},
                     {"application", call.owner.name},
                     {"tenantId", call.owner.tenant.to_string()},
                     {"direction", to_wire(call.direction)},
                     {"source", identity_set(shown(call.source, show_numbers))},
                     {"targets", std::move(targets)},
                     {"created", time(call.record.created)},
                     {"established", time(call.record.established)},
                     {"ended", time(call.record.ended)},
                     {"codec", codec_json(call.record.codec)},
                     {"media", stats_json(call.record.media)}};
  add_end(entry, call.end);
  return entry;
}

}  // namespace

std::string write_records(const RecordsPage& page, bool show_numbers) {
  json::array list;
  for (const call::EndedCall& ended : page.records) list.push_back(record(ended, show_numbers));
  const std::uint64_t next = page.records.empty() ? page.after : page.records.back().cursor;
  return json::serialize(json::object{{"records", std::move(list)}, {"next", next}, {"more", page.more}});
}

}  // namespace tonearm::graph
