#include "http/admin_events.hpp"

#include <memory>

#include <fmt/format.h>

#include "graph/text.hpp"
#include "http/call_path.hpp"
#include "http/errors.hpp"
#include "http/query.hpp"

namespace tonearm::http {
namespace {

using graph::Errc;

constexpr std::string_view kEvents = "/events";
constexpr std::string_view kStreamType = "text/event-stream";
constexpr std::size_t kEventsMax = 1000;
constexpr std::uint64_t kNumberMax = INT64_MAX;  // SQLite's numbers have a sign

bool wants_stream(const Request& request) {
  const std::string_view accept = request.accept;
  return graph::starts_with_any_case(graph::trimmed(accept), kStreamType);
}

/// Nothing if it makes no sense. A client that lost its stream says where in a header, and sends the query
/// that it began with, too.
std::optional<call::EventsAsked> read_asked(const Request& request) {
  call::EventsAsked asked;
  if (!read_number(query_parameter(request.query(), "after"), asked.after, std::uint64_t{0}, kNumberMax))
    return std::nullopt;
  if (!read_number(query_parameter(request.query(), "limit"), asked.most, std::size_t{1}, kEventsMax))
    return std::nullopt;
  if (request.last_event_id.empty()) return asked;
  if (!read_number(std::optional<std::string_view>(request.last_event_id), asked.after, std::uint64_t{0},
                   kNumberMax))
    return std::nullopt;
  return asked;
}

Response no_events(const Request& request) {
  return error_response(request, {404, "itemNotFound",
                                  "The event log has nothing of this call: there never was one, or its "
                                  "events were removed after events.keep."});
}

}  // namespace

bool AdminEvents::answers(std::string_view path) {
  return call_in_path(path, kEvents).has_value();
}

void AdminEvents::handle(const Request& request, Responder respond) const {
  if (request.method != "GET") return respond(method_not_allowed(request, "GET"));
  const auto call = call::CallId::parse(call_in_path(request.path(), kEvents).value_or(""));
  if (!call) return respond(no_events(request));
  auto asked = read_asked(request);
  if (!asked) {
    return respond(error_response(
        request, Errc::bad_request,
        fmt::format(
            "after and Last-Event-ID must be the number of an event; limit a whole number from 1 to {}.",
            kEventsMax)));
  }
  asked->call = *call;
  if (wants_stream(request)) return stream(request, *asked, std::move(respond));
  page(request, *asked, std::move(respond));
}

void AdminEvents::page(const Request& request, const call::EventsAsked& asked, Responder respond) const {
  sources_.events(asked, [request, respond = std::make_shared<Responder>(std::move(respond))](
                             std::optional<std::string> body) {
    (*respond)(body ? json_response(200, std::move(*body)) : no_events(request));
  });
}

void AdminEvents::stream(const Request& request, const call::EventsAsked& asked, Responder respond) const {
  sources_.event_stream(asked, [request, respond = std::make_shared<Responder>(std::move(respond))](
                                   std::shared_ptr<BodyStream> body) {
    if (!body) return (*respond)(no_events(request));
    Response response{.status = 200, .content_type = std::string(kStreamType)};
    response.headers.push_back({"Cache-Control", "no-store"});
    response.stream = std::move(body);
    (*respond)(std::move(response));
  });
}

}  // namespace tonearm::http
