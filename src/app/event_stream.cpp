#include "app/event_stream.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "graph/write_events.hpp"

namespace tonearm::app {
namespace {

/// Ignored by clients (HTML Living Standard §9.2.6).
constexpr const char* kComment = ": still here\n\n";

}  // namespace

std::shared_ptr<EventStream> EventStream::open(boost::asio::any_io_executor executor, storage::EventLog& log,
                                               call::EventsAsked asked,
                                               std::chrono::milliseconds sign_of_life) {
  std::shared_ptr<EventStream> stream(new EventStream(std::move(executor), log, asked, sign_of_life));
  stream->subscription_.emplace(log.subscribe(asked.call, [weak = std::weak_ptr(stream)] {
    if (const auto self = weak.lock()) boost::asio::post(self->strand_, [self] { self->on_news(); });
  }));
  return stream;
}

EventStream::EventStream(boost::asio::any_io_executor executor, storage::EventLog& log,
                         call::EventsAsked asked, std::chrono::milliseconds sign_of_life)
    : strand_(std::move(executor)), log_(log), sign_of_life_(sign_of_life), asked_(asked), timer_(strand_) {}

void EventStream::read(Chunk next) {
  boost::asio::post(strand_, [self = shared_from_this(), next = std::move(next)]() mutable {
    if (self->found_) return next(*std::exchange(self->found_, std::nullopt));
    self->waiting_ = true;
    self->timer_.expires_after(self->sign_of_life_);
    self->timer_.async_wait([weak = self->weak_from_this(), next = std::move(next)](auto) mutable {
      const auto stream = weak.lock();
      if (!stream) return;
      stream->waiting_ = false;
      next(std::exchange(stream->found_, std::nullopt).value_or(kComment));
    });
    self->look();
  });
}

void EventStream::on_news() {
  news_ = true;
  if (waiting_ && !found_) look();
}

/// One page, if there may be one and nobody has gone for it.
void EventStream::look() {
  if (looking_ || !std::exchange(news_, false)) return;
  looking_ = true;
  log_.read(asked_, [weak = weak_from_this()](std::optional<call::EventsFound> found) {
    const auto self = weak.lock();
    if (!self) return;
    boost::asio::post(self->strand_, [self, found = std::move(found)] { self->on_found(found); });
  });
}

void EventStream::on_found(const std::optional<call::EventsFound>& found) {
  looking_ = false;
  if (!found) return give({});  // cannot be read: the client will come again
  if (found->events.empty()) {
    if (news_ && waiting_) look();  // came while the page was read
    return;
  }
  asked_.after = found->events.back().number;
  news_ = true;  // there may be a next page
  give(graph::write_event_stream(found->events));
}

void EventStream::give(std::string bytes) {
  found_ = std::move(bytes);
  timer_.cancel();
}

}  // namespace tonearm::app
