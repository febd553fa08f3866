#include "sip/session_interval.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sip/option_tags.hpp"

namespace tonearm::sip {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

bool knows_timers(const Message& message) {
  return has_tag(message.supported, kSessionTimer) || has_tag(message.require, kSessionTimer);
}

std::string_view name_of(Refresher refresher) {
  return refresher == Refresher::uac ? "uac" : "uas";
}

std::string supported_line() {
  return fmt::format("Supported: {}\r\n", kSupported);
}

std::string least_line(seconds least) {
  return least > kLeastInterval ? fmt::format("Min-SE: {}\r\n", least.count()) : std::string();
}

}  // namespace

std::optional<Refusal> refuse_brief_interval(const Message& request) {
  if (!request.session_expires || !knows_timers(request)) return std::nullopt;
  if (seconds(request.session_expires->seconds) >= kLeastInterval) return std::nullopt;
  Refusal refusal = refuse(422, "the session interval is too small");
  refusal.headers += fmt::format("Min-SE: {}\r\n", kLeastInterval.count());
  return refusal;
}

std::optional<SessionInterval> accept_interval(const Message& request, seconds preferred,
                                               const std::optional<SessionInterval>& before) {
  const auto& asked = request.session_expires;
  const bool they_can = knows_timers(request);
  if (!asked && !they_can) return std::nullopt;
  const seconds least = std::max(kLeastInterval, seconds(request.min_se.value_or(0)));
  const seconds wanted = asked ? seconds(asked->seconds) : preferred;
  SessionInterval agreed{std::max(least, std::min(wanted, preferred)), !they_can};
  if (!they_can) return agreed;  // a proxy on the way asked
  if (asked && asked->refresher) {
    agreed.ours = *asked->refresher == Refresher::uas;
  } else if (before) {
    agreed.ours = before->ours;
  }
  return agreed;
}

std::string acceptance_lines(const std::optional<SessionInterval>& agreed) {
  if (!agreed) return {};
  const auto who = agreed->ours ? Refresher::uas : Refresher::uac;
  std::string lines =
      fmt::format("Session-Expires: {};refresher={}\r\n", agreed->length.count(), name_of(who));
  if (!agreed->ours) lines += fmt::format("Require: {}\r\n", kSessionTimer);
  return lines;
}

std::string request_lines(seconds length, seconds least) {
  return fmt::format("{}Session-Expires: {}\r\n", supported_line(), length.count()) + least_line(least);
}

std::string refresh_lines(const SessionInterval& agreed, seconds least) {
  return fmt::format("{}Session-Expires: {};refresher={}\r\n", supported_line(), agreed.length.count(),
                     name_of(agreed.ours ? Refresher::uac : Refresher::uas)) +
         least_line(least);
}

std::optional<SessionInterval> interval_of_answer(const Message& response,
                                                  const std::optional<SessionInterval>& before) {
  const auto& said = response.session_expires;
  if (!said) return before;
  // Less than anybody may ask for would make us a flood.
  return SessionInterval{std::max(kLeastInterval, seconds(said->seconds)),
                         said->refresher.value_or(Refresher::uac) == Refresher::uac};
}

seconds least_of(const Message& message, seconds least) {
  return std::max(least, seconds(message.min_se.value_or(0)));
}

milliseconds refresh_after(const SessionInterval& agreed) {
  return milliseconds(agreed.length) / 2;
}

milliseconds expires_after(const SessionInterval& agreed) {
  constexpr milliseconds kMost{32'000};
  const milliseconds length = agreed.length;
  return length - std::min(kMost, length / 3);
}

}  // namespace tonearm::sip
