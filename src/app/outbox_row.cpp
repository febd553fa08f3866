#include "app/outbox_row.hpp"

namespace tonearm::app {

call::OutboxRow outbox_row(const call::Notification& notification, const call::NotificationRenderer& renderer,
                           const std::string& webhook) {
  const call::CallSnapshot& call = *notification.call;
  call::OutboxRow row;
  row.call = call.id;
  row.number = notification.number;
  row.message_id = base::Guid::random();
  row.application = call.owner.application;
  row.tenant = call.owner.tenant;
  row.chain_id = call.chain_id;
  row.url = call.callback_uri;
  row.configured_url = row.url == webhook;
  row.body = renderer.render(notification);
  row.created = notification.at;
  row.ending = notification.is_ending();
  row.call_end = notification.is_call_end();
  return row;
}

}  // namespace tonearm::app
