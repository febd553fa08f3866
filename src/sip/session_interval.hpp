#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sip/message.hpp"
#include "sip/refusal.hpp"

// Session timers (RFC 4028) as pure functions: who refreshes, how often, and when a silent session is over.

namespace tonearm::sip {

/// The least that anybody may ask for (§5), and our own minimum.
inline constexpr std::chrono::seconds kLeastInterval{90};

/// What both sides agreed on.
struct SessionInterval {
  std::chrono::seconds length{0};
  bool ours = false;  ///< We refresh; else the far end does.
  bool operator==(const SessionInterval&) const = default;
};

/// 422 with our Min-SE for an INVITE or UPDATE whose sender knows session timers and asks for less than we
/// allow (§9).
[[nodiscard]] std::optional<Refusal> refuse_brief_interval(const Message& request);

/// As the one who answers an INVITE or UPDATE (§9, table 2). Whoever refreshed before goes on unless the
/// request says otherwise; at first the one who asks does, if it can. None: neither side can or wants to.
[[nodiscard]] std::optional<SessionInterval> accept_interval(const Message& request,
                                                             std::chrono::seconds preferred,
                                                             const std::optional<SessionInterval>& before);
/// Lines of the 2xx that goes with it.
[[nodiscard]] std::string acceptance_lines(const std::optional<SessionInterval>& agreed);

/// As the one who asks: Supported and Session-Expires. Lines of an INVITE that begins a dialog: who refreshes
/// is the far end's to choose.
[[nodiscard]] std::string request_lines(std::chrono::seconds length, std::chrono::seconds least);
/// Lines of a request that refreshes: the roles stay.
[[nodiscard]] std::string refresh_lines(const SessionInterval& agreed, std::chrono::seconds least);
/// What a 2xx to such a request makes of it. Without a word about it there is none at first, and the old one
/// stays later (§7.2, §10).
[[nodiscard]] std::optional<SessionInterval> interval_of_answer(const Message& response,
                                                                const std::optional<SessionInterval>& before);
/// The least that anybody on the way allows, as far as this request or 422 says (§7.3, §7.4).
[[nodiscard]] std::chrono::seconds least_of(const Message& message, std::chrono::seconds least);

/// From the last refresh until ours is due (§10: half of it).
[[nodiscard]] std::chrono::milliseconds refresh_after(const SessionInterval& agreed);
/// From the last refresh until a BYE is due (§10: a third of it before the end, at most 32 s).
[[nodiscard]] std::chrono::milliseconds expires_after(const SessionInterval& agreed);

}  // namespace tonearm::sip
