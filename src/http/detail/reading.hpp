#pragma once

#include <string>
#include <string_view>

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

/// Origin form of a target; proxies send the absolute one (RFC 9112 §3.2.2).
[[nodiscard]] std::string origin_form(std::string_view target);

}  // namespace tonearm::http::detail
