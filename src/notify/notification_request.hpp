#pragma once

#include <chrono>
#include <string>

#include "call/ports.hpp"
#include "notify/http_poster.hpp"

namespace tonearm::notify {

/// What Graph's calling service calls itself; some bots log or check it.
inline constexpr const char* kUserAgent = "Microsoft-Skype/3.0,(Calling/1.0)";

/// The POST of a notification: facts §4.1, clients §5. `Host`, `Content-Length` and `User-Agent` are the
/// poster's. Every attempt carries the same ids, so that a bot can tell a repeat.
[[nodiscard]] PostRequest make_request(const call::OutboxRow& row, const std::string& token,
                                       std::chrono::milliseconds timeout);

}  // namespace tonearm::notify
