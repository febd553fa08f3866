#pragma once

#include <atomic>

#include "http/service.hpp"

namespace tonearm::app {

/// Stands behind the listeners until the service is there: what answers must say depends on the ports that
/// were bound. Threading: thread-safe.
class Front final : public http::Service {
 public:
  void open(http::Service& service) { service_.store(&service); }

  void handle(http::Request request, http::Responder respond) override {
    if (auto* service = service_.load()) return service->handle(std::move(request), std::move(respond));
    respond({.status = 503, .headers = {{"Retry-After", "1"}}});
  }

 private:
  std::atomic<http::Service*> service_{nullptr};
};

}  // namespace tonearm::app
