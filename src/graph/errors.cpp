#include "graph/errors.hpp"

#include <array>
#include <chrono>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "graph/text.hpp"

namespace tonearm::graph {
namespace {

struct Row {
  Errc errc;
  int status;
  std::string_view code;
  std::string_view message;  ///< When the place that refused has nothing better to say.
};

// operations.md §8; word codes and subcodes from facts §2.4 and §9.1.
constexpr std::array kRows{
    Row{Errc::bad_request, 400, "BadRequest", "The request breaks a rule of this operation."},
    Row{Errc::not_built_yet, 400, "notSupported",
        "This server does not have this operation yet. Nothing was done."},
    Row{Errc::group_calls_only, 400, "notSupported",
        "Only group calls have this; this call is between two. Nothing was done."},
    Row{Errc::unauthenticated, 401, "InvalidAuthenticationToken",
        "Send a valid access token in the Authorization header."},
    Row{Errc::not_registered, 403, "7503", "The application is not registered here."},
    Row{Errc::missing_role, 403, "7504",
        "Insufficient enterprise tenant permissions, cannot access this API."},
    Row{Errc::wrong_tenant, 403, "7505", "Request authorization tenant mismatch."},
    Row{Errc::unknown_route, 404, "UnknownError",
        "No resource matches this path. Calls are at /v1.0/communications/calls and "
        "/beta/communications/calls."},
    Row{Errc::call_not_found, 404, "8522", "Call not found."},
    Row{Errc::item_not_found, 404, "itemNotFound", "The call has no such item."},
    Row{Errc::method_not_allowed, 405, "notAllowed",
        "This resource does not take this method; the Allow header names those that it takes."},
    Row{Errc::request_timeout, 408, "BadRequest",
        "The request was not complete in time. Check Content-Length, then send it again."},
    Row{Errc::body_too_large, 413, "BadRequest", "The body is larger than this server takes."},
    Row{Errc::unsupported_media_type, 415, "BadRequest",
        "Send the body as application/json in UTF-8, without Content-Encoding."},
    Row{Errc::too_many_requests, 429, "TooManyRequests",
        "Too many requests. Send it again after the time in Retry-After."},
    Row{Errc::headers_too_large, 431, "BadRequest", "The headers are larger than this server takes."},
    Row{Errc::internal, 500, "generalException", "The server could not do this."},
    Row{Errc::unavailable, 503, "serviceNotAvailable",
        "The server cannot do this now. Send it again after the time in Retry-After."},
    Row{Errc::storage_full, 507, "serviceNotAvailable",
        "There is no room for more recordings. Nothing was changed."},
};

const Row& row_of(Errc errc) {
  for (const Row& row : kRows) {
    if (row.errc == errc) return row;
  }
  return row_of(Errc::internal);
}

Errc errc_of(call::CommandFailure::Kind kind) {
  using Kind = call::CommandFailure::Kind;
  switch (kind) {
    case Kind::call_not_found:
      return Errc::call_not_found;
    case Kind::operation_not_found:
      return Errc::item_not_found;
    case Kind::bad_request:
      return Errc::bad_request;
    case Kind::forbidden:
      return Errc::missing_role;
    case Kind::wrong_tenant:
      return Errc::wrong_tenant;
    case Kind::not_registered:
      return Errc::not_registered;
    case Kind::too_many_requests:
      return Errc::too_many_requests;
    case Kind::storage_full:
      return Errc::storage_full;
    case Kind::unavailable:
      return Errc::unavailable;
    case Kind::internal:
      return Errc::internal;
  }
  return Errc::internal;
}

class Category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "graph"; }
  [[nodiscard]] std::string message(int value) const override {
    return std::string(row_of(static_cast<Errc>(value)).message);
  }
};

}  // namespace

const std::error_category& errc_category() noexcept {
  static const Category category;
  return category;
}

std::error_code make_error_code(Errc errc) noexcept {
  return {static_cast<int>(errc), errc_category()};
}

std::string ErrorAnswer::body(const ErrorContext& context) const {
  // Second resolution, no zone suffix: as the service writes it (facts §2.4).
  const auto date = std::chrono::floor<std::chrono::seconds>(context.date);
  const std::string& client_id =
      context.client_request_id.empty() ? context.request_id : context.client_request_id;
  const boost::json::object inner{{"date", fmt::format("{:%Y-%m-%dT%H:%M:%S}", date)},
                                  {"request-id", valid_utf8(context.request_id)},
                                  {"client-request-id", valid_utf8(client_id)}};
  const boost::json::object error{{"code", code}, {"message", valid_utf8(message)}, {"innerError", inner}};
  return boost::json::serialize(boost::json::object{{"error", error}});
}

ErrorAnswer error_answer(Errc errc, std::string_view message) {
  const Row& row = row_of(errc);
  return {row.status, std::string(row.code), std::string(message.empty() ? row.message : message)};
}

ErrorAnswer error_answer(const base::Error& error) {
  if (error.code.category() != errc_category()) return error_answer(Errc::internal);
  return error_answer(static_cast<Errc>(error.code.value()), error.context);
}

ErrorAnswer error_answer(const call::CommandFailure& failure) {
  return error_answer(errc_of(failure.kind), failure.message);
}

}  // namespace tonearm::graph
