#include <boost/asio/post.hpp>

#include "app/call_trace.hpp"
#include "app/parts.hpp"

namespace tonearm::app {

/// The packets come on the dispatcher's thread, which has reports to carry: the file is made on the pool.
void Server::Parts::load_trace(call::CallId call, std::function<void(std::optional<std::string>)> done) {
  media_->post_read_packets(call, [this, call, done = std::move(done)](auto sessions) mutable {
    net::asio::post(runtime_.next(),
                    [this, call, sessions = std::move(sessions), done = std::move(done)]() mutable {
                      const CallTrace trace{call, legs_->trace(call), std::move(sessions)};
                      const bool show = settings_.events.digits == config::DigitMasking::show;
                      done(trace.empty() ? std::nullopt : std::optional(write_call_trace(trace, show)));
                    });
  });
}

}  // namespace tonearm::app
