#include "graph/call_json.hpp"

#include <iterator>

#include <fmt/format.h>

#include "graph/call_ends.hpp"
#include "graph/common_json.hpp"
#include "graph/media_json.hpp"
#include "graph/names.hpp"
#include "graph/text.hpp"

namespace tonearm::graph {
namespace {

namespace json = boost::json;
using call::CallEvent;
using call::CallSnapshot;
using call::Party;

json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value() : json::value(valid_utf8(text));
}

std::string_view identity_member(Party::Kind kind) {
  switch (kind) {
    case Party::Kind::user:
      return "user";
    case Party::Kind::phone:
      return "phone";
    case Party::Kind::application:
      return "application";
    case Party::Kind::application_instance:
      return "applicationInstance";
  }
  return "user";
}

json::object identity(const Party& party) {
  json::object body{{"@odata.type", "#microsoft.graph.identity"},
                    {"id", valid_utf8(party.id)},
                    {"displayName", text_or_null(party.display_name)}};
  if (!party.tenant_id.empty()) body["tenantId"] = valid_utf8(party.tenant_id);
  if (party.kind == Party::Kind::user) body["identityProvider"] = "AAD";
  return body;
}

json::array modalities_json(const CallSnapshot& call) {
  json::array list;
  for (const std::string& modality : call.modalities) list.emplace_back(modality);
  return list;
}

/// What flows: a service-hosted call carries audio and nothing else, whatever was asked for.
json::array active_modalities(const CallSnapshot& call) {
  return call.audio_active ? json::array{"audio"} : json::array();
}

/// Only what comes in has an end point that we know something of (facts §6.1, §4.5).
json::value endpoint_type(const CallSnapshot& call) {
  return call.direction == call::CallDirection::incoming ? json::value("default") : json::value();
}

json::value ringing_limit(const CallSnapshot& call) {
  return call.ringing_limit ? json::value(call.ringing_limit->count()) : json::value();
}

json::value incoming_context(const CallSnapshot& call) {
  if (call.direction != call::CallDirection::incoming) return nullptr;
  return json::object{{"@odata.type", "#microsoft.graph.incomingContext"},
                      {"sourceParticipantId", call.source_participant.to_string()}};
}

json::object media_state(bool active) {
  return {{"@odata.type", "#microsoft.graph.callMediaState"}, {"audio", active ? "active" : "inactive"}};
}

json::value media_state_so_far(const CallSnapshot& call) {
  return call.audio_was_active ? json::value(media_state(call.audio_active)) : json::value();
}

json::value tone_info(const CallSnapshot& call) {
  if (!call.tone) return nullptr;
  return json::object{{"@odata.type", "#microsoft.graph.toneInfo"},
                      {"sequenceId", call.tone->sequence_id},
                      {"tone", to_wire(call.tone->tone)}};
}

json::value end_result(const CallSnapshot& call) {
  if (!call.end) return nullptr;
  const CallResult result = call_result(*call.end);
  return result_info(result.code, result.subcode, result.message);
}

/// A step of the way that a diverted call has taken.
json::object call_route(const Party& from, const Party& to) {
  return {{"@odata.type", "#microsoft.graph.callRoute"},
          {"routingType", "forwarded"},
          {"original", identity_set(from)},
          {"final", identity_set(to)}};
}

json::array call_routes(const CallSnapshot& call) {
  json::array routes;
  for (auto from = call.diverted_from.begin(); from != call.diverted_from.end(); ++from) {
    const auto next = std::next(from);
    routes.push_back(call_route(*from, next == call.diverted_from.end() ? call.targets.front() : *next));
  }
  return routes;
}

json::object media_config(const CallSnapshot& call) {
  return {{"@odata.type", "#microsoft.graph.serviceHostedMediaConfig"},
          {"preFetchMedia", media_infos_json(call.prefetch_media)}};
}

/// State and the members that say which call this is.
json::object brief_call(const CallSnapshot& call, std::string_view state) {
  return {{"@odata.type", "#microsoft.graph.call"},
          {"id", call.id.to_string()},
          {"state", state},
          {"direction", to_wire(call.direction)},
          {"callChainId", call.chain_id}};
}

// Subcodes of transfers that did not come about (facts §6.8).
constexpr int kBlindFailed = 7000;
constexpr int kConsultativeFailed = 7700;

/// `subcode`, as in every other resultInfo; the page's example says `subCode` (facts §12.4).
json::object failed_transfer(const CallSnapshot& call, int subcode) {
  json::object body = brief_call(call, to_wire(call::CallState::established));
  body["resultInfo"] =
      result_info(500, subcode, fmt::format("The transfer failed. DiagCode: 500#{}.@", subcode));
  return body;
}

/// Everything a bot needs to decide on a call that it has never seen.
json::object offered_call(const CallSnapshot& call) {
  json::object body = brief_call(call, to_wire(call::CallState::incoming));
  body["callbackUri"] = call.callback_uri;
  body["tenantId"] = call.owner.tenant.to_string();
  body["myParticipantId"] = call.my_participant.to_string();
  body["requestedModalities"] = modalities_json(call);
  body["incomingContext"] = incoming_context(call);
  body["source"] = source_json(call);
  body["targets"] = targets_json(call);
  if (!call.diverted_from.empty()) body["callRoutes"] = call_routes(call);
  return body;
}

}  // namespace

std::string call_path(call::CallId call) {
  return fmt::format("/communications/calls/{}", call.to_string());
}

json::object identity_set(const Party& party) {
  return {{"@odata.type", "#microsoft.graph.identitySet"}, {identity_member(party.kind), identity(party)}};
}

json::object source_json(const CallSnapshot& call) {
  json::value id;
  const bool is_me = call.direction == call::CallDirection::outgoing;
  const call::ParticipantId participant = is_me ? call.my_participant : call.source_participant;
  if (!participant.is_nil()) id = participant.to_string();
  return {{"@odata.type", "#microsoft.graph.participantInfo"},
          {"id", std::move(id)},
          {"identity", identity_set(call.source)},
          {"endpointType", endpoint_type(call)},
          {"region", nullptr},
          {"languageId", nullptr},
          {"countryCode", nullptr}};
}

json::array targets_json(const CallSnapshot& call) {
  json::array list;
  for (const Party& target : call.targets) {
    // On incoming calls the first target is the application itself (facts §4.5).
    const bool is_me = list.empty() && call.direction == call::CallDirection::incoming;
    list.push_back(json::object{{"@odata.type", "#microsoft.graph.invitationParticipantInfo"},
                                {"id", is_me ? json::value(call.my_participant.to_string()) : json::value()},
                                {"identity", identity_set(target)},
                                {"endpointType", endpoint_type(call)},
                                {"region", nullptr},
                                {"languageId", nullptr},
                                {"replacesCallId", nullptr}});
  }
  return list;
}

json::object full_call(const CallSnapshot& call) {
  json::object body = brief_call(call, to_wire(call.state));
  body["callbackUri"] = call.callback_uri;
  body["callRoutes"] = call_routes(call);
  body["myParticipantId"] = call.my_participant.to_string();
  body["tenantId"] = call.owner.tenant.to_string();
  body["source"] = source_json(call);
  body["targets"] = targets_json(call);
  body["requestedModalities"] = modalities_json(call);
  body["activeModalities"] = active_modalities(call);
  body["mediaConfig"] = media_config(call);
  body["mediaState"] = media_state_so_far(call);
  body["incomingContext"] = incoming_context(call);
  body["resultInfo"] = end_result(call);
  body["toneInfo"] = tone_info(call);
  body["routingPolicies"] = json::array();
  body["subject"] = text_or_null(call.subject);
  body["ringingTimeoutInSeconds"] = ringing_limit(call);
  for (const std::string_view unset : {"callOptions", "answeredBy", "chatInfo", "meetingInfo",
                                       "meetingCapability", "transcription", "terminationReason"}) {
    body[unset] = nullptr;
  }
  return body;
}

json::object notified_call(const CallSnapshot& call, CallEvent event) {
  using call::CallState;
  switch (event) {
    case CallEvent::offered:
      return offered_call(call);
    case CallEvent::establishing:
      return brief_call(call, to_wire(CallState::establishing));
    case CallEvent::established:
      return brief_call(call, to_wire(CallState::established));
    case CallEvent::terminating:
      return brief_call(call, to_wire(CallState::terminating));
    case CallEvent::audio_active:
    case CallEvent::audio_inactive: {
      json::object body = brief_call(call, to_wire(call.state));
      body["mediaState"] = media_state(event == CallEvent::audio_active);
      return body;
    }
    case CallEvent::tone: {
      // Neither mediaState nor an older tone beside it: bots start prompts on those (facts §11).
      json::object body = brief_call(call, to_wire(call.state));
      body["toneInfo"] = tone_info(call);
      return body;
    }
    case CallEvent::transferring:
      return brief_call(call, to_wire(CallState::transferring));
    case CallEvent::transfer_accepted:
      return brief_call(call, to_wire(CallState::transfer_accepted));
    case CallEvent::transfer_failed:
      return failed_transfer(call, kBlindFailed);
    case CallEvent::consultation_failed:
      return failed_transfer(call, kConsultativeFailed);
    case CallEvent::ended: {
      json::object body = brief_call(call, to_wire(CallState::terminated));
      body["resultInfo"] = end_result(call);
      return body;
    }
  }
  return brief_call(call, to_wire(call.state));
}

}  // namespace tonearm::graph
