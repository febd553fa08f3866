#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/strand.hpp>

#include "notify/loop.hpp"

namespace tonearm::notify {

/// Delivery's loop on a strand of the server's pool. Tasks that wait when the executor stops are dropped.
/// Threading: thread-safe.
class AsioLoop final : public Loop {
 public:
  explicit AsioLoop(boost::asio::any_io_executor executor) : strand_(std::move(executor)) {}

  void post(Task task) override;
  void call_after(std::chrono::milliseconds delay, Task task) override;
  [[nodiscard]] base::TimePoint now() const override { return base::SteadyClock::now(); }
  [[nodiscard]] base::WallTime wall_now() const override { return base::WallClock::now(); }
  [[nodiscard]] double random() override;

 private:
  boost::asio::strand<boost::asio::any_io_executor> strand_;
};

}  // namespace tonearm::notify
