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

base::Result<Addresses> ask_system(const std::string& host) {
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

}  // namespace

/// Where the pool's answer and a waiting coroutine meet: the timer is cancelled when the answer is there.
struct Resolver::Waiter {
  explicit Waiter(asio::any_io_executor executor_in) : executor(std::move(executor_in)), timer(executor) {}
  const asio::any_io_executor executor;
  asio::steady_timer timer;
  std::optional<base::Result<Addresses>> answer;
};

Resolver::Resolver(ResolverOptions options) : options_(std::move(options)), pool_(options_.threads) {}

Resolver::~Resolver() {
  pool_.stop();
  pool_.join();
}

asio::awaitable<base::Result<Addresses>> Resolver::resolve(std::string host,
                                                           std::chrono::milliseconds limit) {
  boost::system::error_code error;
  const auto literal = asio::ip::make_address(host, error);
  if (!error) co_return Addresses{literal};
  const auto executor = co_await asio::this_coro::executor;
  auto waiter = std::make_shared<Waiter>(executor);
  if (auto known = ask(host, waiter)) co_return std::move(*known);

  const bool may_be_stale = stale(host).has_value();
  waiter->timer.expires_after(may_be_stale ? std::min(limit, options_.patience) : limit);
  const auto [waited] = co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (waiter->answer) co_return std::move(*waiter->answer);
  if (waited) co_return base::fail(NetErrc::cancelled, "looking up " + host);
  if (auto old = stale(host)) co_return std::move(*old);
  co_return base::fail(NetErrc::timed_out, "looking up " + host);
}

std::optional<Addresses> Resolver::remembered(const Name& name, base::milliseconds age) const {
  if (name.addresses.empty() || base::SteadyClock::now() - name.found >= age) return std::nullopt;
  return name.addresses;
}

/// What can be said at once; else `waiter` will hear.
std::optional<base::Result<Addresses>> Resolver::ask(const std::string& host,
                                                     const std::shared_ptr<Waiter>& waiter) {
  const std::lock_guard lock(mutex_);
  if (names_.size() >= options_.remembered_max && !names_.contains(host)) forget_oldest();
  Name& name = names_[host];
  if (auto fresh = remembered(name, options_.fresh_for)) return std::move(*fresh);
  if (!name.running && running_ >= options_.lookups_max) {
    if (auto old = remembered(name, options_.stale_for)) return std::move(*old);
    return base::fail(NetErrc::overloaded, host);
  }
  name.waiting.push_back(waiter);
  if (!name.running) start(host, name);
  return std::nullopt;
}

/// The lock is held.
void Resolver::start(const std::string& host, Name& name) {
  name.running = true;
  ++running_;
  asio::post(pool_,
             [this, host] { on_found(host, options_.look_up ? options_.look_up(host) : ask_system(host)); });
}

void Resolver::on_found(const std::string& host, const base::Result<Addresses>& answer) {
  std::vector<std::shared_ptr<Waiter>> waiting;
  {
    const std::lock_guard lock(mutex_);
    Name& name = names_[host];
    waiting.swap(name.waiting);
    name.running = false;
    --running_;
    if (answer) {
      name.addresses = *answer;
      name.found = base::SteadyClock::now();
    } else if (name.addresses.empty()) {
      names_.erase(host);
    }
  }
  for (auto& waiter : waiting) {
    const auto executor = waiter->executor;
    asio::post(executor, [waiter = std::move(waiter), answer] {
      waiter->answer = answer;
      waiter->timer.cancel();
    });
  }
}

std::optional<Addresses> Resolver::stale(const std::string& host) {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find(host);
  return found == names_.end() ? std::nullopt : remembered(found->second, options_.stale_for);
}

/// The lock is held. Those that are being looked up are few and stay.
void Resolver::forget_oldest() {
  auto oldest = names_.end();
  for (auto name = names_.begin(); name != names_.end(); ++name) {
    if (name->second.running) continue;
    if (oldest == names_.end() || name->second.found < oldest->second.found) oldest = name;
  }
  if (oldest != names_.end()) names_.erase(oldest);
}

}  // namespace tonearm::net
