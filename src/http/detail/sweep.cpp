#include "http/detail/sweep.hpp"

#include <exception>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"

namespace tonearm::http::detail {

namespace asio = boost::asio;

void Sweep::add(Sweepable& item) {
  items_.insert(&item);
  if (running_) return;
  running_ = true;
  asio::co_spawn(context_, run(), [](const std::exception_ptr& thrown) {
    if (thrown) spdlog::error("http: the sweep has died");
  });
}

void Sweep::stop() {
  const std::vector<Sweepable*> items(items_.begin(), items_.end());
  for (Sweepable* item : items) item->on_stop();
}

asio::awaitable<void> Sweep::run() {
  asio::steady_timer timer(context_);
  while (!items_.empty()) {
    timer.expires_after(kPeriod);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto now = base::SteadyClock::now();
    for (Sweepable* item : items_) {
      if (item->deadline <= now) item->on_deadline();
    }
  }
  running_ = false;
}

}  // namespace tonearm::http::detail
