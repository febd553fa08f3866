#pragma once

#include <system_error>

namespace tonearm::graph {

/// Why a request is refused. Status and code on the wire: the table in `errors.cpp`.
enum class Errc {
  bad_request = 1,         ///< The body or a member breaks a rule.
  not_built_yet,           ///< Graph has it, this server does not have it yet.
  group_calls_only,        ///< The call is between two, and this means something in group calls only.
  unauthenticated,         ///< No token, or one that does not verify.
  not_registered,          ///< The application is not configured here.
  missing_role,            ///< A role is missing, or the token is not an application's.
  wrong_tenant,            ///< The call belongs to another tenant.
  unknown_route,           ///< No resource has this path.
  call_not_found,          ///< Ended, never existed, or another application's.
  item_not_found,          ///< The call has no such operation or participant.
  method_not_allowed,      ///< The resource exists and does not take this method; send `Allow`.
  request_timeout,         ///< The request was not complete in time.
  body_too_large,          ///< More than `http.body_max`.
  unsupported_media_type,  ///< Not JSON in UTF-8, or encoded.
  too_many_requests,       ///< Over a limit; send `Retry-After`.
  headers_too_large,       ///< More than `http.header_max`.
  internal,                ///< Our fault.
  unavailable,             ///< Not now; send `Retry-After`.
  storage_full,            ///< `recordings.disk_max` reached.
};

[[nodiscard]] const std::error_category& errc_category() noexcept;
[[nodiscard]] std::error_code make_error_code(Errc errc) noexcept;

}  // namespace tonearm::graph

template <>
struct std::is_error_code_enum<tonearm::graph::Errc> : std::true_type {};
