#include "http/detail/session.hpp"

#include <string>
#include <type_traits>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "base/log.hpp"
#include "http/detail/reading.hpp"
#include "http/detail/request_reader.hpp"
#include "http/detail/response_text.hpp"
#include "http/errors.hpp"

namespace tonearm::http::detail {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using PlainStream = tcp::socket;
using TlsStream = asio::ssl::stream<tcp::socket>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadSize = 8 * 1024;
/// An idle connection gives larger buffers back.
constexpr std::size_t kIdleBufferMax = 16 * 1024;
/// What a refused client may still send before the connection is cut, so that it gets to read the refusal.
constexpr std::size_t kDrainMax = 1024 * 1024;
constexpr std::chrono::seconds kDrainFor{2};

tcp::socket& socket_of(PlainStream& stream) {
  return stream;
}
tcp::socket& socket_of(TlsStream& stream) {
  return stream.next_layer();
}

/// Nowhere if the client has gone already.
base::Endpoint remote_of(const tcp::socket& socket) {
  error_code error;
  const auto remote = socket.remote_endpoint(error);
  return error ? base::Endpoint{} : base::Endpoint::from_sockaddr(remote.data());
}

/// One connection. Threading: bound to its context's thread.
template <class Stream>
class Session final : public Sweepable, public std::enable_shared_from_this<Session<Stream>> {
 public:
  template <class... Args>
  Session(std::shared_ptr<Server::State> state, unsigned thread, tcp::socket socket, Args&&... args)
      : state_(std::move(state)),
        sweep_(*state_->sweeps[thread]),
        remote_(remote_of(socket)),
        stream_(std::move(socket), std::forward<Args>(args)...) {
    state_->sources.enter(remote_.address);
  }
  ~Session() override {
    sweep_.remove(*this);
    state_->sources.leave(remote_.address);
  }

  /// The first parameter keeps the session alive as long as this runs.
  asio::awaitable<void> run(std::shared_ptr<Session> /*self*/, Admission admission) {
    sweep_.add(*this);
    error_code ignored;
    socket_of(stream_).set_option(tcp::no_delay(true), ignored);
    const auto local = socket_of(stream_).local_endpoint(ignored);
    local_ = base::Endpoint::from_sockaddr(local.data());
    const bool open = co_await shake_hands();
    if (open && admission == Admission::refuse_full)
      co_await refuse(graph::Errc::unavailable, "Too many connections.");
    if (open && admission == Admission::serve) {
      while (co_await serve_one()) {
      }
    }
  }

  void on_deadline() override {
    error_code ignored;
    if (phase_ == Phase::reading) {
      timed_out_ = true;
      deadline = base::TimePoint::max();
      socket_of(stream_).cancel(ignored);
    } else if (phase_ != Phase::handling) {
      socket_of(stream_).close(ignored);
    }
  }

  void on_stop() override {
    error_code ignored;
    if (phase_ == Phase::idle) socket_of(stream_).close(ignored);
  }

 private:
  enum class Phase { opening, idle, reading, handling, writing, closing };

  void enter(Phase phase, base::SteadyClock::duration limit) {
    phase_ = phase;
    deadline = base::SteadyClock::now() + limit;
  }

  asio::awaitable<bool> shake_hands() {
    enter(Phase::opening, state_->limits.timeout);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kTuple);
      co_return !error;
    } else {
      co_return true;
    }
  }

  /// False when the connection is over.
  asio::awaitable<bool> serve_one() {
    RequestReader reader(state_->limits.header_max, state_->limits.body_max);
    const Reading outcome = co_await read_request(reader);
    if (outcome == Reading::closed) co_return false;
    echo_ = reader.echo();
    if (outcome != Reading::complete) {
      co_await refuse(errc_of(outcome), explanation(outcome));
      co_return false;
    }
    const bool wants_more = reader.keep_alive();
    Response response = co_await ask(completed(reader.take()));
    if (response.status == 500 && response.body.empty()) response = refusal(graph::Errc::internal);
    const bool keep = wants_more && response.length() && !state_->stopping;
    const bool written = co_await write(std::move(response), keep);
    if (written && !keep) co_await close_gently();
    co_return written&& keep;
  }

  asio::awaitable<Reading> read_request(RequestReader& reader) {
    const bool fresh = buffer_.size() == 0;
    if (fresh && buffer_.capacity() > kIdleBufferMax) buffer_ = {};
    if (fresh) {
      enter(Phase::idle, state_->limits.idle);
    } else {
      enter(Phase::reading, state_->limits.timeout);
    }
    while (!reader.is_done()) {
      if (buffer_.size() > 0) {
        const Reading outcome = reader.feed(buffer_);
        if (outcome != Reading::complete) co_return outcome;
        if (reader.is_done()) break;
      }
      if (reader.wants_invitation() && !co_await invite_body()) co_return Reading::closed;
      const auto [error, length] = co_await stream_.async_read_some(buffer_.prepare(kReadSize), kTuple);
      if (timed_out_) co_return Reading::timed_out;
      if (error)
        co_return phase_ == Phase::idle || error != asio::error::eof ? Reading::closed : Reading::cut_short;
      last_read_ = base::SteadyClock::now();
      buffer_.commit(length);
      if (phase_ == Phase::idle) enter(Phase::reading, state_->limits.timeout);
    }
    co_return Reading::complete;
  }

  asio::awaitable<bool> invite_body() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [error, length] =
        co_await asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()), kTuple);
    co_return !error;
  }

  /// With what only the connection knows.
  Request completed(Request request) const {
    request.client_request_id = echo_.client_request_id;
    request.scenario_id = echo_.scenario_id;
    request.id = echo_.request_id;
    request.received = last_read_;
    request.date = base::WallClock::now();
    request.local = local_;
    request.remote = remote_;
    request.secure = std::is_same_v<Stream, TlsStream>;
    return request;
  }

  /// Waits for the service's answer, which may come on any thread.
  asio::awaitable<Response> ask(Request request) {
    phase_ = Phase::handling;
    auto initiate = [this](auto handler, Request asked) {
      auto waiting = std::make_shared<decltype(handler)>(std::move(handler));
      Responder respond([waiting, executor = stream_.get_executor()](Response response) {
        asio::post(executor,
                   [waiting, response = std::move(response)]() mutable { (*waiting)(std::move(response)); });
      });
      try {
        state_->service.handle(std::move(asked), std::move(respond));
      } catch (const std::exception& error) {
        // The responder went with it and has answered 500.
        spdlog::error("http: a service threw: {}", error.what());
      }
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Response)>(
        initiate, asio::use_awaitable, std::move(request));
  }

  asio::awaitable<bool> write(Response response, bool keep_alive) {
    enter(Phase::writing, state_->limits.write);
    const std::string text = to_text(response, echo_, keep_alive);
    const auto [error, length] = co_await asio::async_write(stream_, asio::buffer(text), kTuple);
    bool written = !error;
    if (written && response.stream && !echo_.head) written = co_await write_stream(*response.stream);
    if (response.on_written) response.on_written();
    co_return written;
  }

  /// False if the client went away, or the body broke off: then only closing tells the client so.
  asio::awaitable<bool> write_stream(BodyStream& body) {
    const auto size = body.size();
    for (std::uint64_t left = size.value_or(UINT64_MAX); left > 0;) {
      phase_ = Phase::handling;
      const std::string chunk = co_await next_chunk(body);
      if (chunk.empty() || chunk.size() > left) co_return !size && chunk.empty();
      enter(Phase::writing, state_->limits.write_chunk);
      const auto [error, length] = co_await asio::async_write(stream_, asio::buffer(chunk), kTuple);
      if (error) co_return false;
      left -= chunk.size();
    }
    co_return true;
  }

  asio::awaitable<std::string> next_chunk(BodyStream& body) {
    auto initiate = [this, &body](auto handler) {
      auto waiting = std::make_shared<decltype(handler)>(std::move(handler));
      body.read([waiting, executor = stream_.get_executor()](std::string chunk) {
        asio::post(executor, [waiting, chunk = std::move(chunk)]() mutable { (*waiting)(std::move(chunk)); });
      });
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::string)>(
        initiate, asio::use_awaitable);
  }

  /// To the request whose ids `echo_` has.
  [[nodiscard]] Response refusal(graph::Errc errc, std::string_view message = {}) const {
    Request request;
    request.id = echo_.request_id;
    request.client_request_id = echo_.client_request_id;
    request.date = base::WallClock::now();
    return error_response(request, errc, message);
  }

  asio::awaitable<void> refuse(graph::Errc errc, std::string_view message) {
    if (echo_.request_id.empty()) echo_.request_id = make_request_id();
    const bool written = co_await write(refusal(errc, message), false);
    if (written) co_await close_gently();
  }

  /// Closing with unread bytes would reset the connection, and with it the response on its way (RFC 9112
  /// §9.6).
  asio::awaitable<void> close_gently() {
    enter(Phase::closing, kDrainFor);
    error_code error;
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      co_await stream_.async_shutdown(kTuple);
    }
    socket_of(stream_).shutdown(tcp::socket::shutdown_send, error);
    std::size_t drained = 0;
    char discarded[4096];
    while (!error && drained < kDrainMax) {
      const auto [failure, length] =
          co_await socket_of(stream_).async_read_some(asio::buffer(discarded), kTuple);
      error = failure;
      drained += length;
    }
  }

  const std::shared_ptr<Server::State> state_;
  Sweep& sweep_;
  const base::Endpoint remote_;
  Stream stream_;
  beast::flat_buffer buffer_;
  base::Endpoint local_;
  Echo echo_;
  Phase phase_ = Phase::opening;
  bool timed_out_ = false;
  base::TimePoint last_read_{};
};

template <class Stream>
void spawn(std::shared_ptr<Session<Stream>> session, asio::io_context& context, Admission admission,
           std::shared_ptr<net::TlsContext> tls) {
  Session<Stream>& target = *session;
  asio::co_spawn(context, target.run(std::move(session), admission), [tls](const std::exception_ptr& thrown) {
    if (thrown) spdlog::error("http: a connection ended by an exception");
  });
}

}  // namespace

void start_session(std::shared_ptr<Server::State> state, unsigned thread, tcp::socket socket,
                   std::shared_ptr<net::TlsContext> tls, Admission admission) {
  auto& context = state->runtime.context(thread);
  if (!tls) {
    spawn(std::make_shared<Session<PlainStream>>(std::move(state), thread, std::move(socket)), context,
          admission, tls);
    return;
  }
  auto& tls_context = *tls;
  spawn(std::make_shared<Session<TlsStream>>(std::move(state), thread, std::move(socket), tls_context),
        context, admission, tls);
}

}  // namespace tonearm::http::detail
