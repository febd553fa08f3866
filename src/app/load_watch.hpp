#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "app/overload.hpp"
#include "net/runtime.hpp"

namespace tonearm::app {

/// Reads the clocks of the server's threads five times a second into an `Overload`. Stops with the runtime,
/// which must stop before what `read` asks goes. Threading: `read` is called on one of the runtime's threads.
class LoadWatch {
 public:
  using Read = std::function<Overload::Reading()>;
  static constexpr std::chrono::milliseconds kPeriod{200};

  LoadWatch(net::Runtime& runtime, Overload::Rule rule, Read read);

  [[nodiscard]] const Overload& overload() const { return *overload_; }

 private:
  std::shared_ptr<Overload> overload_;
};

}  // namespace tonearm::app
