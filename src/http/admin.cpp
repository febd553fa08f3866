#include "http/admin.hpp"

#include <memory>

#include <fmt/format.h>

#include "graph/text.hpp"
#include "http/admin_events.hpp"
#include "http/admin_notifications.hpp"
#include "http/admin_trace.hpp"
#include "http/call_path.hpp"
#include "http/errors.hpp"
#include "http/query.hpp"

namespace tonearm::http {
namespace {

using graph::Errc;

constexpr std::string_view kSip = "/sip";
constexpr std::string_view kRecords = "/tonearm/records";
constexpr std::size_t kRecordsMax = 1000;

std::optional<RecordsAsked> read_page(std::string_view query) {
  RecordsAsked asked;
  constexpr std::uint64_t kCursorMax = INT64_MAX;  // SQLite's numbers have a sign
  if (!read_number(query_parameter(query, "after"), asked.after, std::uint64_t{0}, kCursorMax))
    return std::nullopt;
  if (!read_number(query_parameter(query, "limit"), asked.most, std::size_t{1}, kRecordsMax))
    return std::nullopt;
  return asked;
}

bool is_loopback(const base::Endpoint& local) {
  return local.address == "::1" || local.address.starts_with("127.");
}

Response text(std::string body) {
  return {.status = 200, .content_type = "text/plain; charset=utf-8", .body = std::move(body)};
}

}  // namespace

Admin::Admin(AdminOptions options, AdminSources sources)
    : options_(std::move(options)), sources_(std::move(sources)) {}

void Admin::handle(Request request, Responder respond) {
  const auto handled = [&]<class Part>(const Part& part) {
    if (!Part::answers(request.path())) return false;
    if (auto refusal = refuse_stranger(request)) {
      respond(std::move(*refusal));
    } else {
      part.handle(request, std::move(respond));
    }
    return true;
  };
  if (handled(AdminNotifications(sources_)) || handled(AdminEvents(sources_)) ||
      handled(AdminTrace(sources_)))
    return;
  const bool reads_disk = request.method == "GET" && request.path() == kRecords;
  if (reads_disk) return list_records(request, std::move(respond));
  respond(answer(request));
}

void Admin::list_records(const Request& request, Responder respond) const {
  if (auto refusal = refuse_stranger(request)) return respond(std::move(*refusal));
  const auto asked = read_page(request.query());
  if (!asked) {
    return respond(error_response(
        request, Errc::bad_request,
        fmt::format("after must be a cursor, a whole number; limit one from 1 to {}.", kRecordsMax)));
  }
  sources_.records(*asked, [respond = std::make_shared<Responder>(std::move(respond))](std::string body) {
    (*respond)(json_response(200, std::move(body)));
  });
}

Response Admin::answer(const Request& request) const {
  const std::string_view path = request.path();
  if (request.method != "GET") return method_not_allowed(request, "GET");
  if (path == "/tonearm/health/live") return json_response(200, R"({"status":"live"})");
  if (path == "/tonearm/health/ready")
    return sources_.ready() ? json_response(200, R"({"status":"ready"})")
                            : json_response(503, R"({"status":"not ready"})");
  if (auto refusal = refuse_stranger(request)) return std::move(*refusal);
  if (path == "/tonearm/metrics")
    return {.status = 200, .content_type = "text/plain; version=0.0.4", .body = sources_.metrics()};
  if (path == "/tonearm/calls") return json_response(200, sources_.calls());
  if (const auto call = call_in_path(path, kSip)) return sip_trace(request, *call);
  return error_response(
      request, Errc::unknown_route,
      "There is /tonearm/health/live, /tonearm/health/ready, /tonearm/metrics, /tonearm/calls, "
      "/tonearm/calls/{id}/events, /tonearm/calls/{id}/sip, /tonearm/calls/{id}/trace, /tonearm/records, "
      "/tonearm/notifications and /tonearm/notifications/{id}/redeliver.");
}

std::optional<Response> Admin::refuse_stranger(const Request& request) const {
  const auto forbid = [&](const char* why) { return error_response(request, {403, "accessDenied", why}); };
  if (!addresses_.is_own_host(request)) return forbid("The Host header is not this listener's address.");
  const std::string own_origin = (request.secure ? "https://" : "http://") + request.host;
  if (!request.origin.empty() && !graph::equal_any_case(request.origin, own_origin))
    return forbid("Pages of other origins have no access here.");
  if (options_.open_on_loopback && is_loopback(request.local)) return std::nullopt;
  constexpr std::string_view kBearer = "Bearer ";
  const bool offered = graph::starts_with_any_case(request.authorization, kBearer);
  if (offered && options_.token.equals(std::string_view(request.authorization).substr(kBearer.size())))
    return std::nullopt;
  return error_response(request, Errc::unauthenticated,
                        "Send the token of admin.token_file as Authorization: Bearer …");
}

Response Admin::sip_trace(const Request& request, std::string_view call) const {
  const auto id = call::CallId::parse(call);
  auto messages = id ? sources_.sip(*id) : std::nullopt;
  return messages ? text(std::move(*messages)) : error_response(request, Errc::call_not_found);
}

}  // namespace tonearm::http
