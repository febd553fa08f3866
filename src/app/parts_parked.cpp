#include <span>

#include "app/parts.hpp"
#include "graph/write_parked.hpp"

namespace tonearm::app {

/// On the store's reader. One more than asked for tells whether there is more.
void Server::Parts::load_parked(call::ParkedAsked asked, std::function<void(std::string)> done) {
  store_->load_parked({asked.after, asked.most + 1}, [asked, done = std::move(done)](const auto& found) {
    if (!found) return;
    std::span<const call::ParkedNotification> rows = *found;
    const bool more = rows.size() > asked.most;
    if (more) rows = rows.first(asked.most);
    done(graph::write_parked({rows, asked.after, more}));
  });
}

/// On disk first: should the process end in between, the next one sends it.
void Server::Parts::redeliver(base::Guid message_id,
                              std::function<void(std::optional<call::NotRedelivered>)> done) {
  store_->redeliver(message_id, [this, done = std::move(done)](const call::Redelivery& redelivery) {
    if (!redelivery) return done(redelivery.error());
    chronicle_->note(
        redelivery->call,
        graph::NotificationFate{graph::NotificationFate::Kind::redelivery_ordered, redelivery->number});
    events_->post_redeliver(redelivery->call, redelivery->number);
    done(std::nullopt);
  });
}

}  // namespace tonearm::app
