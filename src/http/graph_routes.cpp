#include "http/graph_routes.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "auth/errc.hpp"
#include "base/log.hpp"
#include "graph/content.hpp"
#include "graph/read_create.hpp"
#include "graph/read_device_quality.hpp"
#include "graph/write_call.hpp"
#include "graph/write_operation.hpp"
#include "http/errors.hpp"

namespace tonearm::http {
namespace {

using graph::Action;
using graph::Errc;
using graph::Resource;

constexpr int kCreated = 201;
constexpr const char* kMisusedId =
    "Repeatability-Request-ID has been used for a request with another path or body. Use a new one for each "
    "request.";

/// The role that an action needs besides owning the call, or empty (operations.md §7).
std::string_view role_for(const graph::Route& route, bool is_post) {
  if (route.resource == Resource::calls && is_post) return "Calls.Initiate.All";
  switch (route.action) {
    case Action::redirect:
    case Action::transfer:
      return "Calls.Initiate.All";
    case Action::record_response:
    case Action::record:
    case Action::subscribe_to_tone:
      return "Calls.AccessMedia.All";
    default:
      return {};
  }
}

/// What has to stop must stop, however much its bot asks for.
bool stops_something(const graph::Route& route, const Request& request) {
  return route.action == Action::cancel_media_processing ||
         (route.resource == Resource::call && request.method == "DELETE");
}

base::Result<void> check_content(const Request& request) {
  return graph::check_content(request.content_type, request.content_encoding, request.has_body);
}

base::Result<void> check_role(const graph::Route& route, bool is_post, const auth::Principal& principal) {
  const std::string_view role = role_for(route, is_post);
  if (role.empty() || principal.has_role(role)) return {};
  return base::fail(Errc::missing_role,
                    fmt::format("The application needs the role {} for this. Add it to its "
                                "roles and get a new token.",
                                role));
}

/// One of a collection that a call between two always has empty: no such thing can be shown, changed or
/// deleted.
bool is_absent_item(const graph::Route& route) {
  switch (route.resource) {
    case Resource::participant:
    case Resource::audio_routing_group:
    case Resource::content_sharing_session:
      return true;
    default:
      return false;
  }
}

/// These act even when the store is behind: what has to stop must stop (design §8).
Response accepted(const call::Command& command) {
  if (std::holds_alternative<call::DeleteCommand>(command)) return {.status = 204};
  // As the service does: some clients fail on an empty 200 that has no type, all on one that claims to be
  // JSON.
  if (std::holds_alternative<call::KeepAliveCommand>(command))
    return {.status = 200, .content_type = "text/plain"};
  return {.status = 202};
}

Response created(const call::OperationView& operation, call::CallId call, const std::string& base_url) {
  Response response = json_response(200, graph::write_created_operation(operation));
  response.headers.push_back({"Location", graph::operation_location(base_url, call, operation.id)});
  return response;
}

Response to_response(const Request& request, const call::Reply& reply, call::CallId call,
                     const std::string& base_url, const Response& success) {
  if (const auto* failure = std::get_if<call::CommandFailure>(&reply))
    return error_response(request, graph::error_answer(*failure));
  if (const auto* operation = std::get_if<call::OperationView>(&reply))
    return created(*operation, call, base_url);
  return success;
}

Response to_response(const Request& request, const call::CreateReply& reply, const std::string& base_url) {
  if (const auto* failure = std::get_if<call::CommandFailure>(&reply))
    return error_response(request, graph::error_answer(*failure));
  const call::CallSnapshot& call = *std::get<call::SnapshotPtr>(reply);
  Response response = json_response(kCreated, graph::write_created_call(call, base_url));
  response.headers.push_back({"Location", graph::call_location(base_url, call.id)});
  return response;
}

/// A retry after a crash must not place a second call, so the answer is kept with the call.
call::CallDirectory::Keep keeper(const RepeatMark& mark, base::WallTime date, const std::string& base_url) {
  return [mark, date, base_url](const call::CallSnapshot& call) {
    return call::KeptAnswer{mark.key,
                            mark.request,
                            kCreated,
                            graph::call_location(base_url, call.id),
                            graph::write_created_call(call, base_url),
                            date};
  };
}

graph::ErrorAnswer storage_is_behind() {
  return graph::error_answer(Errc::unavailable, "Storage is behind. Nothing was done; send it again.");
}

/// Why a token was not taken.
graph::ErrorAnswer refusal_of(const base::Error& error) {
  if (error.code == auth::AuthErrc::delegated_token)
    return graph::error_answer(Errc::missing_role,
                               "Insufficient enterprise tenant permissions, cannot access this API: use an "
                               "application's token, not a user's.");
  return graph::error_answer(Errc::unauthenticated, "The access token is not valid: " + error.context + ".");
}

/// What an error body needs of a request; its own body has been read.
Request without_body(const Request& request) {
  Request rest;
  rest.id = request.id;
  rest.client_request_id = request.client_request_id;
  rest.date = request.date;
  return rest;
}

}  // namespace

void GraphRoutes::handle(const graph::Route& route, Request request, Responder respond) {
  if (route.resource == Resource::unknown) return respond(error_response(request, Errc::unknown_route));
  if (!graph::is_allowed(route, request.method))
    return respond(method_not_allowed(request, graph::allow_header(route)));
  ports_.verifier.keep_fresh(request.received);
  judge(route, std::move(request), std::move(respond), false);
}

/// Whoever it is that asks. `again`: its issuer's keys have just been fetched.
void GraphRoutes::judge(const graph::Route& route, Request request, Responder respond, bool again) {
  const auto principal = ports_.verifier.verify(request.authorization, request.date);
  if (principal) return admit({route, request, **principal}, std::move(respond));
  if (again || principal.error().code != auth::AuthErrc::unknown_key)
    return respond(error_response(request, refusal_of(principal.error())));
  const auto received = request.received;
  auto held = std::make_shared<Held>(route, std::move(request), std::move(respond));
  const bool waits = ports_.verifier.fetch_keys(held->request.authorization, received, [this, held] {
    judge(held->route, std::move(held->request), std::move(held->respond), true);
  });
  if (!waits) held->respond(error_response(held->request, refusal_of(principal.error())));
}

void GraphRoutes::admit(const Asked& application, Responder respond) {
  Asked asked = application;
  const auto& [route, request, principal, mark] = asked;
  if (!stops_something(route, request) && !rate_.allow(principal.application, request.received))
    return respond(error_response(request, Errc::too_many_requests));
  if (repeats_.enabled()) asked.mark = repeat_mark(route, request, principal);
  if (!mark) return perform(asked, std::move(respond));
  // Before the call is looked for: what the first one did may have been its end.
  Repeats::Admission admission = repeats_.admit(*mark, request.received, std::move(respond));
  if (admission.verdict == Repeats::Verdict::repeat) return;
  if (admission.verdict == Repeats::Verdict::misuse)
    return (*admission.respond)(error_response(request, Errc::bad_request, kMisusedId));
  perform(asked, std::move(*admission.respond));
}

/// For an application that has proven who it is.
void GraphRoutes::perform(const Asked& asked, Responder respond) {
  const Resource resource = asked.route.resource;
  const bool below_call = resource != Resource::calls && resource != Resource::calls_action;
  call::SnapshotPtr call;
  if (below_call) {
    auto found = authorise(asked.route, asked.principal);
    if (!found) return respond(error_response(asked.request, graph::error_answer(found.error())));
    call = std::move(*found);
  }
  serve(asked, call, std::move(respond));
}

/// For an application that may know of the call, if the route names one.
void GraphRoutes::serve(const Asked& asked, const call::SnapshotPtr& call, Responder respond) {
  const auto& [route, request, principal, mark] = asked;
  const auto refuse = [&](const graph::ErrorAnswer& answer) {
    if (call && options_.refused)
      options_.refused(call->id, {graph::route_label(route), request.method, answer});
    respond(error_response(request, answer));
  };
  const bool is_post = request.method == "POST";
  if (const auto allowed = check_role(route, is_post, principal); !allowed)
    return refuse(graph::error_answer(allowed.error()));
  if (const auto why = graph::not_served(route, request.method)) return refuse(graph::error_answer(*why));
  if (route.count) return respond(count(route, call.get(), principal));
  if (route.resource == Resource::calls) return create(asked, std::move(respond));
  if (route.resource == Resource::calls_action) return respond(log_device_quality(route, request));
  if (is_absent_item(route)) return refuse(graph::error_answer(Errc::item_not_found));
  if (request.method == "GET") return respond(show(route, request, *call));
  auto command = read(route, request);
  if (!command) return refuse(graph::error_answer(command.error()));
  if (options_.refuse_changes() && !call::acts_always(*command)) return refuse(storage_is_behind());
  if (std::holds_alternative<call::RecordCommand>(*command) && options_.recordings_full())
    return refuse(graph::error_answer(Errc::storage_full));
  post(route, request, std::move(*command), std::move(respond));
}

GraphRoutes::Checked GraphRoutes::authorise(const graph::Route& route,
                                            const auth::Principal& principal) const {
  auto call = ports_.calls.find(route.call);
  if (!call || call->gone) return base::fail(Errc::call_not_found);
  if (call->owner.tenant.value != principal.tenant) return base::fail(Errc::wrong_tenant);
  if (call->owner.application.value != principal.application) return base::fail(Errc::call_not_found);
  return call;
}

std::string GraphRoutes::base_url(const graph::Route& route, const Request& request) const {
  return fmt::format("{}/{}", ports_.addresses.base_url(request), graph::to_string(route.version));
}

GraphRoutes::Rules GraphRoutes::rules_for(const graph::Route& route) const {
  Rules rules{options_.callbacks ? options_.callbacks() : nullptr, options_.read};
  rules.read.version = route.version;
  rules.read.callbacks = rules.callbacks.get();
  return rules;
}

base::Result<call::Command> GraphRoutes::read(const graph::Route& route, const Request& request) const {
  if (auto content = check_content(request); !content) return std::unexpected(content.error());
  if (request.method == "DELETE") return call::Command(call::DeleteCommand{});
  return graph::read_command(route.action, request.body, rules_for(route).read);
}

base::Result<call::CreateCall> GraphRoutes::read_order(const graph::Route& route, const Request& request,
                                                       const auth::Principal& principal) const {
  if (auto content = check_content(request); !content) return std::unexpected(content.error());
  const graph::Requester requester{call::ApplicationId(principal.application),
                                   call::TenantId(principal.tenant)};
  return graph::read_create_call(request.body, rules_for(route).read, requester);
}

/// `…/$count`: a number as text (OData 4.01 Protocol §11.2.10).
Response GraphRoutes::count(const graph::Route& route, const call::CallSnapshot* call,
                            const auth::Principal& principal) const {
  std::size_t number = 0;
  if (route.resource == Resource::operations) number = call->operations.size();
  if (route.resource == Resource::calls) {
    const auto calls = ports_.calls.list();
    number = static_cast<std::size_t>(std::ranges::count_if(calls, [&](const call::SnapshotPtr& one) {
      return !one->gone && one->owner.application.value == principal.application &&
             one->owner.tenant.value == principal.tenant;
    }));
  }
  return {.status = 200, .content_type = "text/plain", .body = std::to_string(number)};
}

/// For people who look after video devices; nothing else here knows such a device.
Response GraphRoutes::log_device_quality(const graph::Route& route, const Request& request) const {
  const auto refuse = [&](const base::Error& error) {
    return error_response(request, graph::error_answer(error));
  };
  if (auto content = check_content(request); !content) return refuse(content.error());
  const auto quality = graph::read_device_quality(request.body, rules_for(route).read);
  if (!quality) return refuse(quality.error());
  spdlog::info("device quality: chain {} participant {} leg {}, {} media, {:?} {:?}",
               quality->call_chain.to_string(), quality->participant.to_string(),
               quality->media_leg.to_string(), quality->media, quality->device, quality->description);
  return {.status = 200, .content_type = "text/plain"};
}

Response GraphRoutes::show(const graph::Route& route, const Request& request,
                           const call::CallSnapshot& call) const {
  const std::string base = base_url(route, request);
  switch (route.resource) {
    case Resource::call:
      return json_response(200, graph::write_call(call, base));
    case Resource::operations:
      return json_response(200, graph::write_operations(call, base));
    case Resource::operation: {
      const auto found = call.operations.find(route.operation);
      if (found == call.operations.end())
        return error_response(request, Errc::item_not_found, "The call has no such operation.");
      return json_response(200, graph::write_operation(found->second, call.id, base));
    }
    case Resource::participants:
      return json_response(200, graph::write_participants(call.id, base));
    case Resource::audio_routing_groups:
      return json_response(200, graph::write_audio_routing_groups(call.id, base));
    case Resource::content_sharing_sessions:
      return json_response(200, graph::write_content_sharing_sessions(call.id, base));
    default:
      return error_response(request, Errc::item_not_found);
  }
}

call::CommandContext GraphRoutes::context_of(const graph::Route& route, const Request& request) {
  return {call::RequestId(++last_request_), request.received, base_url(route, request), request.scenario_id};
}

void GraphRoutes::create(const Asked& asked, Responder respond) {
  const auto& [route, request, principal, mark] = asked;
  auto order = read_order(route, request, principal);
  if (!order) return respond(error_response(request, graph::error_answer(order.error())));
  if (options_.refuse_changes()) return respond(error_response(request, storage_is_behind()));
  call::CommandContext context = context_of(route, request);
  auto reply = [request = without_body(request), base_url = context.base_url, id = context.request,
                &calls = ports_.calls,
                respond = std::make_shared<Responder>(std::move(respond))](const call::CreateReply& outcome) {
    Response response = to_response(request, outcome, base_url);
    response.on_written = [&calls, id] { calls.post_response_written(id); };
    (*respond)(std::move(response));
  };
  call::CallDirectory::Keep keep;
  if (mark) keep = keeper(*mark, request.date, context.base_url);
  ports_.calls.post_create(std::move(*order), std::move(context), std::move(keep), std::move(reply));
}

void GraphRoutes::post(const graph::Route& route, const Request& request, call::Command command,
                       Responder respond) {
  call::CommandContext context = context_of(route, request);
  auto reply = [request = without_body(request), success = accepted(command), call = route.call,
                base_url = context.base_url, id = context.request, &calls = ports_.calls,
                respond = std::make_shared<Responder>(std::move(respond))](const call::Reply& outcome) {
    Response response = to_response(request, outcome, call, base_url, success);
    response.on_written = [&calls, id] { calls.post_response_written(id); };
    (*respond)(std::move(response));
  };
  ports_.calls.post_command(route.call, std::move(context), std::move(command), std::move(reply));
}

}  // namespace tonearm::http
