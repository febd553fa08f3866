#pragma once

#include <string>
#include <string_view>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/system/error_code.hpp>

#include "graph/errc.hpp"

namespace tonearm::http::detail {

/// How reading a request went.
enum class Reading { complete, closed, cut_short, timed_out, malformed, header_too_large, body_too_large };

/// What a parser's error means.
[[nodiscard]] Reading outcome_of(const boost::system::error_code& error);
[[nodiscard]] graph::Errc errc_of(Reading outcome);
/// For the client; empty where the error's own message says it all.
[[nodiscard]] std::string_view explanation(Reading outcome);

/// True if somebody else might read another request out of the same bytes: whose length is told twice or in a
/// way that we do not know, or that is for two hosts or none (RFC 9112 §3.2, §6.1, §6.3). What stands behind
/// such a head is not looked at.
[[nodiscard]] bool is_ambiguous(const boost::beast::http::request_header<>& head);

/// Origin form of a target; proxies send the absolute one (RFC 9112 §3.2.2).
[[nodiscard]] std::string origin_form(std::string_view target);

}  // namespace tonearm::http::detail
