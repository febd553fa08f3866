#include <array>

#include <boost/json/array.hpp>

#include "graph/call_ends.hpp"
#include "graph/call_json.hpp"
#include "graph/describe_event.hpp"
#include "graph/event_details.hpp"
#include "graph/masked.hpp"
#include "graph/names.hpp"
#include "graph/text.hpp"

namespace tonearm::graph {
namespace {

namespace json = boost::json;
using Text = std::optional<EventText>;

constexpr std::array<std::string_view, 12> kCallEvents{
    "incoming",    "establishing", "established",      "audioActive",    "audioInactive",      "tone",
    "terminating", "transferring", "transferAccepted", "transferFailed", "consultationFailed", "ended"};
constexpr std::array<std::string_view, 4> kFates{"notification.delivered", "notification.attemptFailed",
                                                 "notification.parked", "notification.redeliveryOrdered"};

/// One overload for each effect that is seen outside; what its report tells is not told twice.
struct NowText {
  Text operator()(const call::StopOperations& stop) const {
    json::array numbers;
    for (const auto number : stop.numbers) numbers.push_back(number.value);
    return event_text("media.stop", {{"stop", stop.stop.value}, {"media", std::move(numbers)}});
  }
  Text operator()(const call::SignalRinging&) const { return event_text("leg.ring"); }
  Text operator()(const call::SignalReject& reject) const {
    return event_text("leg.reject", {{"sipStatus", reject.status}, {"reason", valid_utf8(reject.reason)}});
  }
  Text operator()(const call::SignalHangUp&) const { return event_text("leg.hangUp"); }
  Text operator()(const call::OpenMedia&) const { return std::nullopt; }
  Text operator()(const call::UpdateMedia&) const { return std::nullopt; }
  Text operator()(const call::PrefetchOperation&) const { return std::nullopt; }
  Text operator()(const call::WarmPrompt&) const { return std::nullopt; }
  Text operator()(const call::StartOperation&) const { return std::nullopt; }
  Text operator()(const call::SendDtmf&) const { return std::nullopt; }
  Text operator()(const call::InjectKey&) const { return std::nullopt; }
  Text operator()(const call::JoinMedia& join) const {
    return event_text("media.joined", {{"legs", json::array{join.one.value, join.other.value}}});
  }
  Text operator()(const call::CloseMedia&) const { return std::nullopt; }
  Text operator()(const call::ArmTimer&) const { return std::nullopt; }
  Text operator()(const call::DisarmTimer&) const { return std::nullopt; }
};

json::object notice_details(const call::CallNotice& notice) {
  return {{"call", kCallEvents.at(static_cast<std::size_t>(notice.event))}};
}
json::object notice_details(const call::OperationNotice& notice) {
  return operation_details(notice.operation);
}

json::object answer_details(const call::Accepted&) {
  return {};
}
json::object answer_details(const call::OperationView& operation) {
  return operation_details(operation);
}
json::object answer_details(const call::CommandFailure& failure) {
  const ErrorAnswer answer = error_answer(failure);
  return {{"httpStatus", answer.status}, {"code", answer.code}, {"message", valid_utf8(answer.message)}};
}

struct CommittedText {
  bool show;

  Text operator()(const call::Respond&) const { return std::nullopt; }  // told when it is sent
  Text operator()(const call::SignalAnswer& answer) const {
    return event_text("leg.answer", {{"local", answer.local.rtp.to_string()}});
  }
  Text operator()(const call::SignalAck&) const { return event_text("leg.acknowledge"); }
  Text operator()(const call::SignalInvite& invite) const {
    return event_text("leg.invite", {{"source", identity_set(shown(invite.invitation.source, show))},
                                     {"target", identity_set(shown(invite.invitation.target, show))}});
  }
  Text operator()(const call::SignalRefer& refer) const {
    return event_text("leg.refer", {{"target", identity_set(shown(refer.referral.target, show))},
                                    {"consultative", refer.referral.replaces.has_value()}});
  }
  Text operator()(const call::Publish& publish) const {
    json::object details{{"number", publish.notification.number.value}};
    const auto notice =
        std::visit([](const auto& what) { return notice_details(what); }, publish.notification.what);
    details.insert(notice.begin(), notice.end());
    return event_text("notification.queued", details);
  }
};

}  // namespace

Text describe(const call::NowEffect& effect, bool /*show_numbers*/) {
  return std::visit(NowText{}, effect);
}

Text describe(const call::CommittedEffect& effect, bool show_numbers) {
  return std::visit(CommittedText{show_numbers}, effect);
}

EventText describe(const Answered& what, bool /*show_numbers*/) {
  json::object details{{"request", what.request.value}};
  const auto answer = std::visit([](const auto& reply) { return answer_details(reply); }, what.reply);
  details.insert(answer.begin(), answer.end());
  return event_text("response", details);
}

EventText describe(const CallCreated& what, bool show_numbers) {
  json::array targets;
  for (const auto& target : what.call.targets) targets.push_back(identity_set(shown(target, show_numbers)));
  return event_text("call.created", {{"direction", to_wire(what.call.direction)},
                                     {"application", what.call.owner.name},
                                     {"callChainId", what.call.chain_id},
                                     {"source", identity_set(shown(what.call.source, show_numbers))},
                                     {"targets", std::move(targets)}});
}

EventText describe(const StateChanged& what, bool /*show_numbers*/) {
  return event_text("call.state", {{"from", to_wire(what.from)}, {"to", to_wire(what.to)}});
}

EventText describe(const CallOver& what, bool /*show_numbers*/) {
  if (!what.call.end) return event_text("call.over");
  const CallResult result = call_result(*what.call.end);
  return event_text(
      "call.over",
      {{"code", result.code}, {"subcode", result.subcode}, {"message", valid_utf8(result.message)}});
}

EventText describe(const CallLeftOver& /*what*/, bool /*show_numbers*/) {
  return event_text("server.restarted");
}

EventText describe(const RequestRefused& what, bool /*show_numbers*/) {
  return event_text("request.refused", {{"method", what.method},
                                        {"route", what.route},
                                        {"httpStatus", what.answer.status},
                                        {"code", what.answer.code},
                                        {"message", valid_utf8(what.answer.message)}});
}

EventText describe(const RecordingAsked& what, bool /*show_numbers*/) {
  return event_text(
      "recording.asked",
      {{"operation", what.operation.to_string()}, {"httpStatus", what.status}, {"bytes", what.bytes}});
}

EventText describe(const NotificationFate& what, bool /*show_numbers*/) {
  json::object details{{"number", what.number.value}};
  if (!what.because.why.empty()) {
    details["reason"] = valid_utf8(what.because.why);
    details["attempts"] = what.because.attempts;
  }
  return event_text(kFates.at(static_cast<std::size_t>(what.kind)), details);
}

}  // namespace tonearm::graph
