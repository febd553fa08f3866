#include "http/admin_notifications.hpp"

#include <chrono>
#include <memory>

#include <fmt/format.h>

#include "http/errors.hpp"
#include "http/query.hpp"

namespace tonearm::http {
namespace {

using graph::Errc;

constexpr std::string_view kNotifications = "/tonearm/notifications";
constexpr std::string_view kRedeliver = "/redeliver";
constexpr std::size_t kPageMax = 1000;

std::optional<call::ParkedAsked> read_parked_page(std::string_view query) {
  call::ParkedAsked asked;
  std::int64_t after_us = 0;
  const std::int64_t latest_us =
      std::chrono::floor<base::microseconds>(base::WallTime::max().time_since_epoch()).count();
  if (query_parameter(query, "state").value_or("parked") != "parked") return std::nullopt;
  if (!read_number(query_parameter(query, "after"), after_us, std::int64_t{0}, latest_us))
    return std::nullopt;
  if (!read_number(query_parameter(query, "limit"), asked.most, std::size_t{1}, kPageMax))
    return std::nullopt;
  asked.after = base::WallTime(base::microseconds(after_us));
  return asked;
}

graph::ErrorAnswer not_redelivered(call::NotRedelivered why) {
  if (why == call::NotRedelivered::not_parked)
    return {409, "Conflict", "The notification is not parked: it is being tried."};
  return {404, "itemNotFound",
          "There is no such notification: it was delivered, or parked and removed after events.keep, or "
          "never was."};
}

}  // namespace

bool AdminNotifications::answers(std::string_view path) {
  return path.starts_with(kNotifications) &&
         (path.size() == kNotifications.size() || path[kNotifications.size()] == '/');
}

void AdminNotifications::handle(const Request& request, Responder respond) const {
  std::string_view rest = request.path().substr(kNotifications.size());
  if (rest.empty()) {
    if (request.method != "GET") return respond(method_not_allowed(request, "GET"));
    return list(request, std::move(respond));
  }
  rest.remove_prefix(1);
  if (!rest.ends_with(kRedeliver)) {
    return respond(
        error_response(request, Errc::unknown_route,
                       "There is /tonearm/notifications and /tonearm/notifications/{id}/redeliver."));
  }
  rest.remove_suffix(kRedeliver.size());
  if (request.method != "POST") return respond(method_not_allowed(request, "POST"));
  redeliver(request, rest, std::move(respond));
}

void AdminNotifications::list(const Request& request, Responder respond) const {
  const auto asked = read_parked_page(request.query());
  if (!asked) {
    return respond(error_response(
        request, Errc::bad_request,
        fmt::format("state must be parked; after a cursor, a whole number; limit one from 1 to {}.",
                    kPageMax)));
  }
  sources_.parked(*asked, [respond = std::make_shared<Responder>(std::move(respond))](std::string body) {
    (*respond)(json_response(200, std::move(body)));
  });
}

void AdminNotifications::redeliver(const Request& request, std::string_view id, Responder respond) const {
  const auto message_id = base::Guid::parse(id);
  if (!message_id) return respond(error_response(request, not_redelivered(call::NotRedelivered::unknown)));
  sources_.redeliver(*message_id, [request, respond = std::make_shared<Responder>(std::move(respond))](
                                      std::optional<call::NotRedelivered> refused) {
    (*respond)(refused ? error_response(request, not_redelivered(*refused)) : Response{.status = 202});
  });
}

}  // namespace tonearm::http
