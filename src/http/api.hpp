#pragma once

#include <functional>

#include "http/graph_routes.hpp"
#include "http/identity_routes.hpp"
#include "http/recording_routes.hpp"
#include "http/service.hpp"

namespace tonearm::http {

/// One answered request, for metrics.
struct Observation {
  std::string route;  ///< Bounded in number: patterns, not paths.
  std::string method;
  int status = 0;
  std::chrono::microseconds duration{0};  ///< Last byte read → answer known.
};
using Observer = std::function<void(const Observation&)>;

/// The public listener's service: recordings, token service, then Graph. Threading: thread-safe.
class Api final : public Service {
 public:
  /// `observer` may be empty; it is called on any thread.
  Api(const IdentityRoutes& identity, RecordingRoutes& recordings, GraphRoutes& graph,
      Observer observer = {});

  void handle(Request request, Responder respond) override;

 private:
  [[nodiscard]] Responder observed(std::string route, const Request& request, Responder respond) const;

  const IdentityRoutes& identity_;
  RecordingRoutes& recordings_;
  GraphRoutes& graph_;
  const Observer observer_;
};

}  // namespace tonearm::http
