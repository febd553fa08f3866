#include "http/metrics.hpp"

#include <prometheus/text_serializer.h>

namespace tonearm::http {
namespace {

/// Methods are the client's words: unknown ones must not make new series.
std::string bounded(const std::string& method) {
  for (const char* known : {"GET", "POST", "DELETE", "PATCH", "PUT", "OPTIONS"}) {
    if (method == known) return method;
  }
  return "other";
}

}  // namespace

Metrics::Metrics(prometheus::Registry& registry)
    : requests_(prometheus::BuildCounter()
                    .Name("tonearm_http_requests_total")
                    .Help("API requests answered")
                    .Register(registry)),
      seconds_(prometheus::BuildHistogram()
                   .Name("tonearm_http_request_seconds")
                   .Help("Last byte of a request read to its answer known")
                   .Register(registry)) {}

void Metrics::count(const Observation& seen) {
  requests_
      .Add({{"route", seen.route}, {"method", bounded(seen.method)}, {"status", std::to_string(seen.status)}})
      .Increment();
  static const prometheus::Histogram::BucketBoundaries kSeconds{0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01,
                                                                0.02,   0.05,   0.1,   0.5,   1,     10};
  seconds_.Add({{"route", seen.route}}, kSeconds)
      .Observe(std::chrono::duration<double>(seen.duration).count());
}

std::string prometheus_text(const prometheus::Registry& registry) {
  return prometheus::TextSerializer().Serialize(registry.Collect());
}

}  // namespace tonearm::http
