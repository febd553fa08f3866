#include "sip/flow_watch.hpp"

namespace tonearm::sip {
namespace {

/// [s] We only want to be told; libre would close the connection of a phone that does not answer its pings
/// (RFC 5626 §4.4.1 makes that optional). A month, the most that its arithmetic bears.
constexpr std::uint32_t kNoPings = 30 * 24 * 3600;

}  // namespace

void FlowWatch::watch(const Listener& listener, const sip_msg& message, const Flow& flow) {
  if (flow.transport != Transport::tcp) return;
  const std::pair key(flow.listener, flow.remote);
  if (watched_.contains(key)) return;
  auto watched = std::make_unique<Watched>();
  watched->owner = this;
  watched->flow = flow;
  const int error =
      sip_keepalive_start(&watched->handle, listener.stack(), &message, kNoPings, on_closed, watched.get());
  if (error == 0) {
    watched_.emplace(key, std::move(watched));
  } else {
    closed_(flow);  // it went while the message was on its way through us
  }
}

void FlowWatch::on_closed(int, void* watched) {
  auto& self = *static_cast<Watched*>(watched);
  FlowWatch& owner = *self.owner;
  const Flow flow = self.flow;
  owner.watched_.erase({flow.listener, flow.remote});
  owner.closed_(flow);
}

}  // namespace tonearm::sip
