#include "app/load_watch.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"

namespace tonearm::app {
namespace {

namespace asio = boost::asio;

void tell(std::optional<std::string_view> before, std::optional<std::string_view> now) {
  if (now && !before) spdlog::warn("no new calls are taken: {}", *now);
  if (before && !now) spdlog::info("new calls are taken again");
}

asio::awaitable<void> watch(std::shared_ptr<Overload> overload, LoadWatch::Read read) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(LoadWatch::kPeriod);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto before = overload->why();
    overload->read(read());
    tell(before, overload->why());
  }
}

}  // namespace

LoadWatch::LoadWatch(net::Runtime& runtime, Overload::Rule rule, Read read)
    : overload_(std::make_shared<Overload>(rule)) {
  asio::co_spawn(runtime.next(), watch(overload_, std::move(read)), [](const std::exception_ptr& thrown) {
    if (thrown) spdlog::error("the watch over the server's load has died");
  });
}

}  // namespace tonearm::app
