#include "graph/write_records.hpp"

#include <algorithm>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "graph/call_ends.hpp"
#include "graph/call_json.hpp"
#include "graph/names.hpp"
#include "graph/utc_time.hpp"

namespace tonearm::graph {
namespace {

namespace json = boost::json;
using call::Party;

constexpr std::ptrdiff_t kLongNumber = 7;  // digits; shorter ones would be told by their last two
constexpr std::ptrdiff_t kKept = 2;        // digits of a long number that stay

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

json::value time(std::optional<base::WallTime> at) {
  if (!at || *at == base::WallTime{}) return nullptr;
  return json::value(utc_time(*at));
}

json::value codec(const std::optional<call::Codec>& codec) {
  if (!codec) return nullptr;
  return *codec == call::Codec::pcmu ? "PCMU" : "PCMA";
}

json::object direction(std::uint64_t packets, std::uint64_t lost, base::microseconds jitter) {
  return {{"packets", packets}, {"lost", lost}, {"jitterMicroseconds", jitter.count()}};
}

json::value media(const std::optional<call::MediaStats>& stats) {
  if (!stats) return nullptr;
  json::value round_trip;
  if (stats->round_trip.count() > 0) round_trip = stats->round_trip.count();
  return json::object{
      {"received", direction(stats->packets_received, stats->packets_lost, stats->jitter)},
      {"sent", direction(stats->packets_sent, stats->remote_packets_lost, stats->remote_jitter)},
      {"roundTripMicroseconds", std::move(round_trip)},
      {"oneWay", stats->one_way()}};
}

/// Display names of phones often are their number.
json::object party(Party party, bool show_numbers) {
  if (party.kind == Party::Kind::phone && !show_numbers) {
    party.id = masked_number(party.id);
    party.display_name = masked_number(party.display_name);
  }
  return identity_set(party);
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
  for (const Party& target : call.targets) targets.push_back(party(target, show_numbers));
  json::object entry{{"cursor", ended.cursor},
                     {"call", call.id.to_string()},
                     {"callChainId", call.chain_id},
                     {"application", call.owner.name},
                     {"tenantId", call.owner.tenant.to_string()},
                     {"direction", to_wire(call.direction)},
                     {"source", party(call.source, show_numbers)},
                     {"targets", std::move(targets)},
                     {"created", time(call.record.created)},
                     {"established", time(call.record.established)},
                     {"ended", time(call.record.ended)},
                     {"codec", codec(call.record.codec)},
                     {"media", media(call.record.media)}};
  add_end(entry, call.end);
  return entry;
}

}  // namespace

std::string masked_number(std::string_view number) {
  std::string masked(number);
  std::ptrdiff_t left = std::ranges::count_if(masked, is_digit);
  if (left >= kLongNumber) left -= kKept;
  for (char& c : masked) {
    if (left == 0 || !is_digit(c)) continue;
    c = 'x';
    --left;
  }
  return masked;
}

std::string write_records(const RecordsPage& page, bool show_numbers) {
  json::array list;
  for (const call::EndedCall& ended : page.records) list.push_back(record(ended, show_numbers));
  const std::uint64_t next = page.records.empty() ? page.after : page.records.back().cursor;
  return json::serialize(json::object{{"records", std::move(list)}, {"next", next}, {"more", page.more}});
}

}  // namespace tonearm::graph
