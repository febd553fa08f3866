#pragma once

#include <string>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "http/api.hpp"

namespace tonearm::http {

/// `tonearm_http_requests_total{route,method,status}` and `tonearm_http_request_seconds{route}`.
/// Threading: thread-safe.
class Metrics {
 public:
  explicit Metrics(prometheus::Registry& registry);
  void count(const Observation& seen);

 private:
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& seconds_;
};

/// All of a registry in Prometheus' text format, for `/tonearm/metrics`.
[[nodiscard]] std::string prometheus_text(const prometheus::Registry& registry);

}  // namespace tonearm::http
