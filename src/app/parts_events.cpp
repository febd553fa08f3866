#include <span>

#include "app/event_stream.hpp"
#include "app/parts.hpp"
#include "graph/write_events.hpp"

namespace tonearm::app {

base::Result<void> Server::Parts::open_event_log() {
  storage::EventLogOptions options;
  options.data_dir = settings_.server.data_dir;
  options.keep = settings_.events.keep;
  auto opened = storage::EventLog::open(std::move(options));
  if (!opened) return std::unexpected(opened.error());
  event_log_ = std::move(*opened);
  chronicle_.emplace(*event_log_, settings_.events.digits == config::DigitMasking::show);
  return {};
}

/// On the log's thread. One more than asked for tells whether there is more.
void Server::Parts::load_events(call::EventsAsked asked,
                                std::function<void(std::optional<std::string>)> done) {
  event_log_->read({asked.call, asked.after, asked.most + 1},
                   [asked, done = std::move(done)](const std::optional<call::EventsFound>& found) {
                     if (!found) return;
                     if (!found->known) return done(std::nullopt);
                     std::span<const call::NumberedEvent> rows = found->events;
                     const bool more = rows.size() > asked.most;
                     if (more) rows = rows.first(asked.most);
                     done(graph::write_events({rows, asked.after, more}));
                   });
}

void Server::Parts::stream_events(call::EventsAsked asked,
                                  std::function<void(std::shared_ptr<http::BodyStream>)> done) {
  event_log_->read({asked.call, 0, 1},
                   [this, asked, done = std::move(done)](const std::optional<call::EventsFound>& found) {
                     if (!found) return;
                     if (!found->known) return done(nullptr);
                     done(EventStream::open(runtime_.next().get_executor(), *event_log_, asked));
                   });
}

}  // namespace tonearm::app
