#include "call/call.hpp"

#include <algorithm>

#include "call/dispatch.hpp"
#include "call/incoming.hpp"
#include "call/outgoing.hpp"

namespace tonearm::call {

Call::Call(LegRef leg, CallSetup setup, const Stamp& stamp) {
  data_.policy = std::move(setup.policy);
  data_.leg.id = leg.leg;
  data_.number = std::move(setup.number);
  CallSnapshot& view = data_.view;
  view.id = leg.call;
  view.owner = std::move(setup.owner);
  view.callback_uri = std::move(setup.webhook);
  view.chain_id = stamp.ids.guid().to_string();
  view.record.created = stamp.wall;
  view.my_participant = ParticipantId(stamp.ids.guid());
  view.source_participant = ParticipantId(stamp.ids.guid());
}

Call::Made Call::incoming(const IncomingInvite& invite, CallSetup setup, const Stamp& stamp) {
  std::unique_ptr<Call> call(new Call(invite.leg, std::move(setup), stamp));
  CallData& data = call->data_;
  data.leg.remote = invite.source;
  data.leg.media = invite.media;
  data.leg.from_pstn = invite.from_pstn;
  data.leg.hops = invite.hops;
  data.view.source = invite.source;
  data.view.diverted_from = invite.diverted_from;
  data.view.targets = {application_party(data.view.owner)};
  StepBuilder step = call->next_step(stamp);
  step.write_call();
  step.write_dialog(data.leg.id, invite.dialog);
  offer_to_bot(data, step);
  Step first = step.finish(data.view, call->published_);
  return {std::move(call), std::move(first)};
}

Call::Made Call::outgoing(const OutgoingCall& order, CallSetup setup, const Stamp& stamp) {
  std::unique_ptr<Call> call(new Call(order.leg, std::move(setup), stamp));
  CallData& data = call->data_;
  data.leg.remote = order.target;
  data.view.state = CallState::establishing;
  data.view.direction = CallDirection::outgoing;
  data.view.source = order.source;
  data.view.targets = {order.target};
  data.view.prefetch_media = order.prefetch_media;
  data.view.modalities = order.modalities;
  data.view.subject = order.subject;
  data.view.ringing_limit = order.ringing_limit;
  if (order.ringing_limit) {
    data.policy.ringing_timeout =
        std::min<base::milliseconds>(data.policy.ringing_timeout, *order.ringing_limit);
  }
  data.leg.caller_number = order.caller_number;
  if (!order.callback_uri.empty()) data.view.callback_uri = order.callback_uri;
  if (!order.chain_id.empty()) data.view.chain_id = order.chain_id;
  StepBuilder step = call->next_step(stamp);
  step.write_call();
  dial(data, step, order.context);
  Step first = step.finish(data.view, call->published_);
  return {std::move(call), std::move(first)};
}

Step Call::advance(const Input& input, const Stamp& stamp) {
  StepBuilder step = next_step(stamp);
  dispatch(data_, step, input);
  return step.finish(data_.view, published_);
}

}  // namespace tonearm::call
