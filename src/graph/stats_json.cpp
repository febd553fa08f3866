#include "graph/stats_json.hpp"

#include <cstdint>

#include <boost/json/object.hpp>

#include "base/clock.hpp"

namespace tonearm::graph {
namespace json = boost::json;
namespace {

json::object direction(std::uint64_t packets, std::uint64_t lost, base::microseconds jitter) {
  return {{"packets", packets}, {"lost", lost}, {"jitterMicroseconds", jitter.count()}};
}

}  // namespace

json::value codec_json(const std::optional<call::Codec>& codec) {
  if (!codec) return nullptr;
  return *codec == call::Codec::pcmu ? "PCMU" : "PCMA";
}

json::value stats_json(const std::optional<call::MediaStats>& stats) {
  if (!stats) return nullptr;
  json::value round_trip;
  if (stats->round_trip.count() > 0) round_trip = stats->round_trip.count();
  return json::object{
      {"received", direction(stats->packets_received, stats->packets_lost, stats->jitter)},
      {"sent", direction(stats->packets_sent, stats->remote_packets_lost, stats->remote_jitter)},
      {"roundTripMicroseconds", std::move(round_trip)},
      {"oneWay", stats->one_way()}};
}

}  // namespace tonearm::graph
