#include "net/http_client.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <unordered_map>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/shared_value.hpp"
#include "net/detail/connection.hpp"
#include "net/errc.hpp"
#include "net/resolver.hpp"
#include "net/runtime.hpp"
#include "net/url.hpp"

namespace tonearm::net {
namespace {

using ConnectionPtr = std::unique_ptr<detail::Connection>;

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 307 || status == 308;
}

}  // namespace

/// Idle connections of the origins that belong to one thread. Each is closed when its time is over, also if
/// nobody asks for another. Threading: that thread only.
class HttpClient::Shelf : public std::enable_shared_from_this<Shelf> {
 public:
  Shelf(asio::io_context& context, const HttpClientOptions& options)
      : idle_for_(options.idle_for), idle_per_origin_(options.idle_per_origin), timer_(context) {}

  ConnectionPtr take(const std::string& origin) {
    const auto found = idle_.find(origin);
    if (found == idle_.end()) return nullptr;
    auto& idle = found->second;
    while (!idle.empty()) {
      Idle newest = std::move(idle.back());
      idle.pop_back();
      if (newest.until > base::SteadyClock::now() && newest.connection->reusable())
        return std::move(newest.connection);
    }
    return nullptr;
  }

  void put(const std::string& origin, ConnectionPtr connection) {
    if (!connection->reusable()) return;
    auto& idle = idle_[origin];
    if (idle.size() >= idle_per_origin_) idle.pop_front();
    idle.push_back({std::move(connection), base::SteadyClock::now() + idle_for_});
    if (!std::exchange(armed_, true)) sweep_later();
  }

 private:
  struct Idle {
    ConnectionPtr connection;
    base::TimePoint until;
  };

  /// While there are any, they are looked through every second, or more often if their time is shorter.
  void sweep_later() {
    timer_.expires_after(std::min<std::chrono::milliseconds>(idle_for_, std::chrono::seconds(1)));
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code failure) {
      const auto self = weak.lock();
      if (failure || !self) return;
      self->sweep();
      self->armed_ = !self->idle_.empty();
      if (self->armed_) self->sweep_later();
    });
  }

  void sweep() {
    const auto now = base::SteadyClock::now();
    for (auto entry = idle_.begin(); entry != idle_.end();) {
      std::erase_if(entry->second, [&](const Idle& idle) { return idle.until <= now; });
      entry = entry->second.empty() ? idle_.erase(entry) : std::next(entry);
    }
  }

  const std::chrono::milliseconds idle_for_;
  const unsigned idle_per_origin_;
  asio::steady_timer timer_;
  bool armed_ = false;
  std::unordered_map<std::string, std::deque<Idle>> idle_;  // by origin, newest last
};

/// One request on its way.
struct HttpClient::Exchange {
  HttpRequest request;
  HttpHandler handler;
  base::TimePoint deadline;
  asio::cancellation_signal signal;
  bool cancelled = false;
  bool done = false;
};

struct HttpClient::Core {
  Core(Runtime& runtime_in, Resolver& resolver_in, HttpClientOptions options_in)
      : runtime(runtime_in),
        resolver(resolver_in),
        options(std::move(options_in)),
        policy(std::make_shared<const AddressPolicy>(options.policy)) {}

  unsigned thread_of(const Url& url) const {
    return static_cast<unsigned>(std::hash<std::string>{}(url.origin()) % runtime.size());
  }

  asio::awaitable<base::Result<HttpResponse>> run(std::shared_ptr<Exchange> exchange,
                                                  std::shared_ptr<Shelf> shelf);
  asio::awaitable<base::Result<HttpResponse>> hop(const Url& url, Exchange& exchange, Shelf& shelf);
  asio::awaitable<base::Result<ConnectionPtr>> open(const Url& url, base::TimePoint deadline);
  asio::awaitable<base::Result<Addresses>> allowed_addresses(const Url& url, base::TimePoint deadline);

  Runtime& runtime;
  Resolver& resolver;
  const HttpClientOptions options;
  base::SharedValue<AddressPolicy> policy;
};

asio::awaitable<base::Result<Addresses>> HttpClient::Core::allowed_addresses(const Url& url,
                                                                             base::TimePoint deadline) {
  const auto rules = policy.load();
  if (auto allowed = rules->check_url(url); !allowed) co_return std::unexpected(allowed.error());
  const auto limit = std::chrono::ceil<std::chrono::milliseconds>(deadline - base::SteadyClock::now());
  auto found = co_await resolver.resolve(url.host, limit);
  if (!found) co_return found;
  Addresses allowed;
  base::Error refusal;
  for (const auto& address : *found) {
    const auto verdict = rules->check_address(url, address);
    if (verdict) {
      allowed.push_back(address);
    } else {
      refusal = verdict.error();
    }
  }
  if (allowed.empty()) co_return std::unexpected(refusal);
  co_return allowed;
}

asio::awaitable<base::Result<ConnectionPtr>> HttpClient::Core::open(const Url& url,
                                                                    base::TimePoint deadline) {
  const auto connect_by = std::min(deadline, base::SteadyClock::now() + options.connect_timeout);
  auto addresses = co_await allowed_addresses(url, connect_by);
  if (!addresses) co_return std::unexpected(addresses.error());
  base::Error failure;
  for (std::size_t at = 0; at < addresses->size(); ++at) {
    // Each address gets its share, so that a dead first one leaves time for the next.
    const auto now = base::SteadyClock::now();
    const auto share = (connect_by - now) / static_cast<int>(addresses->size() - at);
    auto connection = co_await detail::open_connection(url, (*addresses)[at], options.tls.get(), now + share);
    if (connection) co_return connection;
    failure = connection.error();
    if (failure.code == NetErrc::cancelled) break;
  }
  failure.context = url.origin() + ": " + failure.context;
  co_return std::unexpected(failure);
}

asio::awaitable<base::Result<HttpResponse>> HttpClient::Core::hop(const Url& url, Exchange& exchange,
                                                                  Shelf& shelf) {
  const std::string origin = url.origin();
  if (auto reused = shelf.take(origin)) {
    auto answer = co_await reused->exchange(url, exchange.request, exchange.deadline);
    if (answer) shelf.put(origin, std::move(reused));
    // Closed by the peer while idle: it has seen nothing, so it is sent anew. All other failures are the
    // answer.
    if (answer || answer.error().code != NetErrc::connection_closed) co_return answer;
  }
  auto fresh = co_await open(url, exchange.deadline);
  if (!fresh) co_return std::unexpected(fresh.error());
  auto answer = co_await (*fresh)->exchange(url, exchange.request, exchange.deadline);
  if (answer) shelf.put(origin, std::move(*fresh));
  co_return answer;
}

asio::awaitable<base::Result<HttpResponse>> HttpClient::Core::run(std::shared_ptr<Exchange> exchange,
                                                                  std::shared_ptr<Shelf> shelf) {
  co_await asio::this_coro::throw_if_cancelled(false);
  auto url = Url::parse(exchange->request.url);
  for (unsigned hops = 0; url; ++hops) {
    auto answer = co_await hop(*url, *exchange, *shelf);
    if (exchange->cancelled) co_return base::fail(NetErrc::cancelled, url->origin());
    if (!answer || !is_redirect(answer->status) || exchange->request.redirects_max == 0) co_return answer;
    const std::string location(answer->header("Location"));
    if (location.empty()) co_return answer;
    if (hops == exchange->request.redirects_max)
      co_return base::fail(NetErrc::too_many_redirects, url->origin());
    auto next = url->resolve(location);
    if (next && url->secure && !next->secure)
      co_return base::fail(NetErrc::address_refused, "a redirect from https to http is not followed");
    url = std::move(next);
  }
  co_return std::unexpected(url.error());
}

/// Keeps what the coroutine uses alive, and hands its outcome over.
struct HttpClient::Finish {
  std::shared_ptr<Core> core;
  std::shared_ptr<Exchange> exchange;

  void operator()(const std::exception_ptr& thrown, base::Result<HttpResponse> answer) const {
    exchange->done = true;
    if (thrown) answer = base::fail(NetErrc::bad_response, "internal error");
    exchange->handler(std::move(answer));
  }
};

std::string_view HttpResponse::header(std::string_view name) const {
  const auto found =
      std::ranges::find_if(headers, [&](const HttpHeader& h) { return same_name(h.name, name); });
  return found == headers.end() ? std::string_view{} : std::string_view(found->value);
}

void HttpTicket::cancel() const {
  if (cancel_) cancel_();
}

HttpClient::HttpClient(Runtime& runtime, Resolver& resolver, HttpClientOptions options)
    : core_(std::make_shared<Core>(runtime, resolver, std::move(options))) {
  for (unsigned thread = 0; thread < runtime.size(); ++thread)
    shelves_.push_back(std::make_shared<Shelf>(runtime.context(thread), core_->options));
}

HttpClient::~HttpClient() {
  // Sockets belong to their thread's context, so each shelf is let go there.
  for (unsigned thread = 0; thread < shelves_.size(); ++thread)
    asio::post(core_->runtime.context(thread), [shelf = std::move(shelves_[thread])] {});
}

HttpTicket HttpClient::send(HttpRequest request, HttpHandler handler) {
  const auto url = Url::parse(request.url);
  const unsigned thread = url ? core_->thread_of(*url) : 0;
  request.headers.push_back({"User-Agent", core_->options.user_agent});
  auto exchange = std::make_shared<Exchange>();
  exchange->deadline = base::SteadyClock::now() + request.timeout;
  exchange->request = std::move(request);
  exchange->handler = std::move(handler);
  auto& context = core_->runtime.context(thread);
  asio::post(context, [core = core_, exchange, shelf = shelves_[thread], &context] {
    asio::co_spawn(context, core->run(exchange, shelf),
                   asio::bind_cancellation_slot(exchange->signal.slot(), Finish{core, exchange}));
  });
  return HttpTicket([exchange, &context] {
    asio::post(context, [exchange] {
      if (exchange->done) return;
      exchange->cancelled = true;
      exchange->signal.emit(asio::cancellation_type::terminal);
    });
  });
}

void HttpClient::set_policy(AddressPolicy policy) {
  core_->policy.store(std::make_shared<const AddressPolicy>(std::move(policy)));
}

}  // namespace tonearm::net
