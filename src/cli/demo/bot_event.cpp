#include "cli/demo/bot_event.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace tonearm::cli {
namespace json = boost::json;
namespace {

std::string text(const json::object& line, std::string_view name) {
  const json::value* value = line.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number(const json::object& line, std::string_view name, std::int64_t otherwise = 0) {
  const json::value* value = line.if_contains(name);
  if (value == nullptr) return otherwise;
  if (value->is_int64()) return value->as_int64();
  return value->is_uint64() ? static_cast<std::int64_t>(value->as_uint64()) : otherwise;
}

std::string without_prefix(std::string name) {
  constexpr std::string_view kPrefix = "#microsoft.graph.";
  return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name;
}

/// What a `clientContext` of the bot's stands for.
std::string sound_of(const std::string& prompt) {
  if (prompt == "message") return "the caller's message";
  if (prompt == "playback") return "the recording";
  return prompt + ".wav";
}

std::string describe_request(const BotEvent& event) {
  if (event.what == "delete") return "DELETE the call";
  if (event.what == "download") return "GET the recording, with its token";
  if (event.what == "createCall") return "POST a new call, to Ada";
  return event.prompt.empty() ? event.what : event.what + " " + sound_of(event.prompt);
}

std::string describe_answer(const BotEvent& event) {
  std::string line = fmt::format("{}: {} after {:.1f} ms", describe_request(event), event.http_status,
                                 static_cast<double>(event.answered_ns - event.sent_ns) / 1e6);
  if (event.bytes > 0) line += fmt::format(", {} bytes", event.bytes);
  if (event.stop_us >= 0) line += fmt::format(" (the server says: sound cut after {} us)", event.stop_us);
  if (!event.error.empty()) line += ": " + event.error;
  return line;
}

std::string describe_notification(const BotEvent& event) {
  if (event.type == "call") {
    if (event.change == "deleted") return "call " + event.state + ", over";
    if (!event.tone.empty()) return fmt::format("key {}, number {}", event.tone, event.sequence);
    return "call " + event.state + (event.audio_active ? ", audio active" : "");
  }
  std::string line = fmt::format("{} {} {} {}/{}", event.type, sound_of(event.prompt), event.status,
                                 event.code, event.subcode);
  if (event.sent_ms >= 0) line += fmt::format(", {} ms of it sent", event.sent_ms);
  if (event.captured_ms >= 0) line += fmt::format(" {}, {} ms captured", event.reason, event.captured_ms);
  return line;
}

}  // namespace

std::optional<BotEvent> parse_bot_event(std::string_view line) {
  boost::system::error_code error;
  const json::value value = json::parse(line, error);
  if (error || !value.is_object()) return std::nullopt;
  const json::object& object = value.as_object();

  BotEvent event;
  event.at_ns = number(object, "ns");
  event.event = text(object, "event");
  if (event.at_ns == 0 || event.event.empty()) return std::nullopt;
  event.call = text(object, "call");
  event.what = text(object, "what");
  event.prompt = text(object, event.event == "notified" ? "context" : "prompt");
  event.http_status = event.event == "answered" ? static_cast<int>(number(object, "status")) : 0;
  event.sent_ns = number(object, "sent_ns");
  event.answered_ns = number(object, "answered_ns");
  event.stop_us = number(object, "@tonearm.stopMicroseconds", -1);
  event.error = text(object, event.event == "gave_up" ? "why" : "error");
  event.bytes = number(object, "bytes");
  event.type = without_prefix(text(object, "type"));
  event.change = text(object, "change");
  event.state = text(object, "state");
  event.audio_active = text(object, "audio") == "active";
  event.tone = text(object, "tone");
  event.sequence = number(object, "sequence");
  event.status = event.event == "notified" ? text(object, "status") : std::string();
  event.code = static_cast<int>(number(object, "code"));
  event.subcode = static_cast<int>(number(object, "subcode"));
  event.reason = text(object, "reason");
  event.sent_ms = number(object, "sent_ms", -1);
  event.captured_ms = number(object, "captured_ms", -1);
  event.address = text(object, "address");
  return event;
}

std::string describe(const BotEvent& event) {
  if (event.event == "asked") return "asks: " + describe_request(event);
  if (event.event == "answered" && event.what != "token") return "is answered: " + describe_answer(event);
  if (event.event == "answered" && event.http_status != 200)
    return "gets no token: " + describe_answer(event);
  if (event.event == "notified") return "is told: " + describe_notification(event);
  if (event.event == "gave_up") return "gives up: " + event.error;
  return {};
}

}  // namespace tonearm::cli
