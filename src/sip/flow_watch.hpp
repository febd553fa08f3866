#pragma once

#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "sip/listener.hpp"

namespace tonearm::sip {

/// Tells when a TCP connection that requests came over is gone, whoever closed it. Threading: the loop's
/// thread; destroyed before the listeners.
class FlowWatch {
 public:
  using Closed = std::function<void(const Flow&)>;

  explicit FlowWatch(Closed closed) : closed_(std::move(closed)) {}
  FlowWatch(const FlowWatch&) = delete;
  FlowWatch& operator=(const FlowWatch&) = delete;

  /// `message` came over `flow`. Once per connection is enough, more do nothing; UDP neither.
  void watch(const Listener& listener, const sip_msg& message, const Flow& flow);

 private:
  struct Watched {
    ~Watched() { mem_deref(handle); }
    FlowWatch* owner = nullptr;
    Flow flow;
    sip_keepalive* handle = nullptr;  // libre clears it when the connection goes
  };
  static void on_closed(int error, void* watched);

  const Closed closed_;
  std::map<std::pair<std::size_t, base::Endpoint>, std::unique_ptr<Watched>> watched_;  // listener, far end
};

}  // namespace tonearm::sip
