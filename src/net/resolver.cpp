#include "net/resolver.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <netdb.h>

#include "base/endpoint.hpp"
#include "net/errc.hpp"

namespace tonearm::net {
namespace {

namespace asio = boost::asio;

constexpr unsigned kWaitingMax = 64;

base::Result<Addresses> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int failure = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (failure != 0) return base::fail(NetErrc::name_not_found, host + " (" + gai_strerror(failure) + ")");
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* entry = list; entry; entry = entry->ai_next) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(base::Endpoint::from_sockaddr(entry->ai_addr).address, error);
    if (!error && std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
  }
  if (addresses.empty()) return base::fail(NetErrc::name_not_found, host);
  return addresses;
}

/// Where the pool's answer and the waiting coroutine meet: the timer is cancelled when the answer is there.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  std::optional<base::Result<Addresses>> answer;
};

}  // namespace

Resolver::~Resolver() {
  pool_.stop();
  pool_.join();
}

asio::awaitable<base::Result<Addresses>> Resolver::resolve(std::string host,
                                                           std::chrono::milliseconds limit) {
  boost::system::error_code error;
  const auto literal = asio::ip::make_address(host, error);
  if (!error) co_return Addresses{literal};
  if (waiting_.fetch_add(1) >= kWaitingMax) {
    --waiting_;
    co_return base::fail(NetErrc::overloaded, host);
  }
  const auto executor = co_await asio::this_coro::executor;
  auto lookup = std::make_shared<Lookup>(executor);
  lookup->timer.expires_after(limit);
  asio::post(pool_, [this, host, lookup, executor] {
    auto answer = look_up(host);
    --waiting_;
    asio::post(executor, [lookup, answer = std::move(answer)]() mutable {
      lookup->answer = std::move(answer);
      lookup->timer.cancel();
    });
  });
  const auto [waited] = co_await lookup->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (lookup->answer) co_return std::move(*lookup->answer);
  co_return base::fail(waited ? NetErrc::cancelled : NetErrc::timed_out, "looking up " + host);
}

}  // namespace tonearm::net
