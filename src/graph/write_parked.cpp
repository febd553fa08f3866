#include "graph/write_parked.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "graph/utc_time.hpp"

namespace tonearm::graph {
namespace {

namespace json = boost::json;

/// Microseconds since 1970: they fit into the numbers of JavaScript.
std::int64_t cursor_of(base::WallTime parked) {
  return std::chrono::floor<base::microseconds>(parked.time_since_epoch()).count();
}

json::object parked_entry(const call::ParkedNotification& parked) {
  return {{"cursor", cursor_of(parked.parked)},
          {"id", parked.message_id.to_string()},
          {"call", parked.call.to_string()},
          {"applicationId", parked.application.to_string()},
          {"number", parked.number.value},
          {"etag", fmt::format("W/\"{}\"", parked.number.value)},
          {"state", "parked"},
          {"created", utc_time(parked.created)},
          {"since", utc_time(parked.parked)},
          {"lastError", parked.because.why},
          {"attempts", parked.because.attempts}};
}

}  // namespace

std::string write_parked(const ParkedPage& page) {
  json::array list;
  for (const auto& parked : page.parked) list.push_back(parked_entry(parked));
  const auto next = cursor_of(page.parked.empty() ? page.after : page.parked.back().parked);
  return json::serialize(
      json::object{{"notifications", std::move(list)}, {"next", next}, {"more", page.more}});
}

}  // namespace tonearm::graph
