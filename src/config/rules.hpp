#pragma once

#include <string_view>

#include "config/values.hpp"

/// Checks of single texts, used by the schema.
namespace tonearm::config::rules {

Complaint not_empty(std::string_view text);
/// Letters, digits, `-`, `_`, `.`: names become parts of environment variables and metrics.
Complaint name(std::string_view text);
/// An IPv4 or IPv6 literal, or nothing.
Complaint address(std::string_view text);
/// An absolute http or https URL, or nothing.
Complaint http_url(std::string_view text);
/// A `sip:` or `sips:` URI, or nothing.
Complaint sip_uri(std::string_view text);
Complaint codec(std::string_view text);
/// An application permission of the Calls API.
Complaint role(std::string_view text);
Complaint log_level(std::string_view text);
/// Nothing, a SIP status that refuses, or a `sip:` address.
Complaint fallback(std::string_view text);
/// A host name without scheme or port.
Complaint host(std::string_view text);

}  // namespace tonearm::config::rules
