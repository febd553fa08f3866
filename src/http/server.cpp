#include "http/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "http/detail/session.hpp"
#include "http/detail/state.hpp"

namespace tonearm::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using Acceptor = std::shared_ptr<tcp::acceptor>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
/// Connections beyond the limit that are told so at once; more are closed without a word.
constexpr std::size_t kRefusedAtOnce = 64;
/// One place in so many is not for whoever has all the others.
constexpr std::size_t kSharedOut = 10;
/// After a failed accept (no descriptors left), so that the loop does not spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

void admit(const std::shared_ptr<Server::State>& state, unsigned thread, tcp::socket socket,
           const std::shared_ptr<net::ServerTls>& tls) {
  error_code gone;
  const auto remote = socket.remote_endpoint(gone);
  if (gone) return;
  const std::size_t most = state->limits.connections_max;
  const std::size_t open = state->sources.total();
  if (open >= most + kRefusedAtOnce) return;
  // One address, be it a proxy, leaves some places to all others.
  const std::size_t from_there = state->sources.from(base::Endpoint::from_sockaddr(remote.data()).address);
  const bool full = open >= most || from_there >= most - most / kSharedOut;
  const auto admission = full ? detail::Admission::refuse_full : detail::Admission::serve;
  detail::start_session(state, thread, std::move(socket), tls ? tls->context() : nullptr, admission);
}

asio::awaitable<void> accept_loop(std::shared_ptr<Server::State> state, Acceptor acceptor,
                                  std::shared_ptr<net::ServerTls> tls) {
  for (unsigned turn = 0; acceptor->is_open(); ++turn) {
    const unsigned thread = turn % state->runtime.size();
    auto& context = state->runtime.context(thread);
    auto [error, socket] = co_await acceptor->async_accept(context, kTuple);
    if (!error) {
      admit(state, thread, std::move(socket), tls);
    } else if (error != asio::error::operation_aborted && error != asio::error::bad_descriptor) {
      asio::steady_timer pause(acceptor->get_executor(), kAcceptPause);
      co_await pause.async_wait(kTuple);
    }
  }
}

base::Result<Acceptor> bind(asio::io_context& context, const base::Endpoint& endpoint) {
  error_code error;
  const auto address = asio::ip::make_address(endpoint.address, error);
  auto acceptor = std::make_shared<tcp::acceptor>(context);
  const tcp::endpoint target(address, endpoint.port);
  if (!error) acceptor->open(target.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(target, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error) return std::unexpected(base::Error{error, "listening on " + endpoint.to_string()});
  return acceptor;
}

}  // namespace

Server::State::State(net::Runtime& runtime_in, Service& service_in, ServerLimits limits_in)
    : runtime(runtime_in), service(service_in), limits(limits_in) {
  for (unsigned thread = 0; thread < runtime.size(); ++thread)
    sweeps.push_back(std::make_unique<detail::Sweep>(runtime.context(thread)));
}

Server::Server(net::Runtime& runtime, Service& service, ServerLimits limits)
    : state_(std::make_shared<State>(runtime, service, limits)) {}

Server::~Server() {
  stop();
}

base::Result<base::Endpoint> Server::listen(const base::Endpoint& endpoint,
                                            std::shared_ptr<net::ServerTls> tls) {
  auto& context = state_->runtime.next();
  auto acceptor = bind(context, endpoint);
  if (!acceptor) return std::unexpected(acceptor.error());
  const auto bound = (*acceptor)->local_endpoint();
  state_->acceptors.push_back(*acceptor);
  asio::co_spawn(context, accept_loop(state_, *acceptor, std::move(tls)),
                 [](const std::exception_ptr& thrown) {
                   if (thrown) spdlog::error("http: a listener has died");
                 });
  return base::Endpoint::from_sockaddr(bound.data());
}

std::size_t Server::connections() const {
  return state_->sources.total();
}

void Server::stop() {
  if (state_->stopping.exchange(true)) return;
  for (const auto& weak : state_->acceptors) {
    const Acceptor acceptor = weak.lock();
    if (!acceptor) continue;
    asio::post(acceptor->get_executor(), [acceptor] {
      error_code ignored;
      acceptor->close(ignored);
    });
  }
  for (unsigned thread = 0; thread < state_->sweeps.size(); ++thread)
    asio::post(state_->runtime.context(thread), [state = state_, thread] { state->sweeps[thread]->stop(); });
}

}  // namespace tonearm::http
