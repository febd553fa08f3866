#include "notify/asio_loop.hpp"

#include <memory>
#include <random>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace tonearm::notify {

void AsioLoop::post(Task task) {
  boost::asio::post(strand_, std::move(task));
}

void AsioLoop::call_after(std::chrono::milliseconds delay, Task task) {
  auto timer = std::make_shared<boost::asio::steady_timer>(strand_, delay);
  timer->async_wait([timer, task = std::move(task)](boost::system::error_code failure) {
    if (!failure) task();
  });
}

double AsioLoop::random() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<>(0.0, 1.0)(generator);
}

}  // namespace tonearm::notify
