#include "config/values.hpp"

#include <charconv>

#include <fmt/format.h>

#include "config/nearest.hpp"

namespace tonearm::config {
namespace {

const std::string* text_of(const Value& value) {
  return std::get_if<std::string>(&value.data);
}

std::optional<std::int64_t> number_of(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) return *number;
  const std::string* text = text_of(value);
  if (!value.loose || text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, errc] = std::from_chars(text->data(), end, number);
  if (errc != std::errc{} || stop != end) return std::nullopt;
  return number;
}

/// What a text reads as by `parse`, or the complaint `must be <shape>`.
template <class T, class Parse>
Complaint assign_parsed(const Value& value, T& target, Parse parse, std::string_view shape) {
  const std::string* text = text_of(value);
  if (text != nullptr) {
    if (auto parsed = parse(*text)) {
      target = *std::move(parsed);
      return std::nullopt;
    }
    return fmt::format("must be {}, not \"{}\"", shape, *text);
  }
  return fmt::format("must be {}, in quotes", shape);
}

template <class T>
Complaint out_of(Range<T> range, const T& value) {
  if (value >= range.least && value <= range.most) return std::nullopt;
  return fmt::format("must be {} to {}, not {}", to_string(range.least), to_string(range.most),
                     to_string(value));
}

template <class E, std::size_t N>
Complaint assign_named(const Value& value, E& target,
                       const std::array<std::pair<std::string_view, E>, N>& names) {
  std::vector<std::string> spellings;
  const std::string* text = text_of(value);
  for (const auto& [name, meaning] : names) {
    if (text != nullptr && *text == name) {
      target = meaning;
      return std::nullopt;
    }
    spellings.emplace_back(name);
  }
  return not_one_of(text == nullptr ? std::string_view{} : std::string_view(*text), spellings);
}

}  // namespace

Complaint assign(const Value& value, bool& target) {
  if (const auto* flag = std::get_if<bool>(&value.data)) {
    target = *flag;
    return std::nullopt;
  }
  const std::string* text = text_of(value);
  if (value.loose && text != nullptr && (*text == "true" || *text == "false")) {
    target = *text == "true";
    return std::nullopt;
  }
  return "must be true or false, without quotes";
}

Complaint assign(const Value& value, int& target, Range<int> range) {
  const auto number = number_of(value);
  if (!number) return "must be a whole number, without quotes";
  if (*number < range.least || *number > range.most) {
    return fmt::format("must be {} to {}, not {}", range.least, range.most, *number);
  }
  target = static_cast<int>(*number);
  return std::nullopt;
}

Complaint assign(const Value& value, milliseconds& target, Range<milliseconds> range) {
  milliseconds duration{};
  constexpr auto kShape = "a duration such as \"500ms\", \"30s\", \"5m\", \"24h\" or \"2d\"";
  if (auto complaint = assign_parsed(value, duration, parse_duration, kShape)) return complaint;
  if (auto complaint = out_of(range, duration)) return complaint;
  target = duration;
  return std::nullopt;
}

Complaint assign(const Value& value, Bytes& target, Range<Bytes> range) {
  Bytes bytes;
  constexpr auto kShape = "a size such as \"512B\", \"32KiB\", \"1MiB\" or \"10GiB\"";
  if (auto complaint = assign_parsed(value, bytes, parse_bytes, kShape)) return complaint;
  if (auto complaint = out_of(range, bytes)) return complaint;
  target = bytes;
  return std::nullopt;
}

Complaint assign(const Value& value, std::string& target) {
  const std::string* text = text_of(value);
  if (text == nullptr) return "must be a text, in quotes";
  target = *text;
  return std::nullopt;
}

Complaint assign(const Value& value, std::string& target, TextRule rule) {
  std::string text;
  if (auto complaint = assign(value, text)) return complaint;
  if (auto complaint = rule(text)) return complaint;
  target = std::move(text);
  return std::nullopt;
}

Complaint assign(const Value& value, std::filesystem::path& target) {
  std::string text;
  if (auto complaint = assign(value, text)) return complaint;
  target = text;
  return std::nullopt;
}

Complaint assign(const Value& value, base::Endpoint& target) {
  return assign_parsed(value, target, base::Endpoint::parse,
                       "an address and port such as \"127.0.0.1:8080\" or \"[::1]:8080\"");
}

Complaint assign(const Value& value, base::Guid& target) {
  return assign_parsed(value, target, base::Guid::parse,
                       "a GUID such as \"00000000-0000-4000-8000-000000000001\"");
}

Complaint assign(const Value& value, base::Network& target) {
  return assign_parsed(value, target, base::Network::parse,
                       "a network such as \"10.0.0.0/8\" (no bits set behind its length) or an address");
}

Complaint assign(const Value& value, SipListener& target) {
  return assign_parsed(value, target, parse_sip_listener,
                       "a transport, address and port such as \"udp:192.0.2.1:5060\"");
}

Complaint assign(const Value& value, PortRange& target) {
  return assign_parsed(value, target, parse_ports, "two ports from 1024 to 65535 such as \"20000-29999\"");
}

Complaint assign(const Value& value, Threads& target) {
  const std::string* text = text_of(value);
  if (text != nullptr && *text == "auto") {
    target = {};
    return std::nullopt;
  }
  const auto number = number_of(value);
  if (!number || *number < 1 || *number > 256) return "must be \"auto\" or a number from 1 to 256";
  target.count = static_cast<int>(*number);
  return std::nullopt;
}

Complaint assign(const Value& value, Durability& target) {
  return assign_named<Durability, 2>(value, target,
                                     {{{"full", Durability::full}, {"relaxed", Durability::relaxed}}});
}

Complaint assign(const Value& value, DigitMasking& target) {
  return assign_named<DigitMasking, 2>(value, target,
                                       {{{"mask", DigitMasking::mask}, {"show", DigitMasking::show}}});
}

Complaint assign(const Value& value, LogFormat& target) {
  return assign_named<LogFormat, 2>(value, target, {{{"text", LogFormat::text}, {"json", LogFormat::json}}});
}

Complaint assign(const Value& value, DtmfSource& target) {
  return assign_named<DtmfSource, 4>(value, target,
                                     {{{"auto", DtmfSource::automatic},
                                       {"rfc4733", DtmfSource::rfc4733},
                                       {"info", DtmfSource::info},
                                       {"inband", DtmfSource::inband}}});
}

Complaint assign(const Value& value, SrtpMode& target) {
  return assign_named<SrtpMode, 3>(
      value, target,
      {{{"off", SrtpMode::off}, {"optional", SrtpMode::optional}, {"required", SrtpMode::required}}});
}

Complaint assign(const Value& value, SipTransport& target) {
  return assign_named<SipTransport, 3>(
      value, target, {{{"udp", SipTransport::udp}, {"tcp", SipTransport::tcp}, {"tls", SipTransport::tls}}});
}

Array entries_of(const Value& value) {
  if (const auto* array = std::get_if<Array>(&value.data)) return *array;
  const std::string* text = text_of(value);
  if (text == nullptr || !value.loose) return {value};
  Array entries;
  for (std::size_t start = 0; start < text->size();) {
    const auto comma = std::min(text->find(',', start), text->size());
    entries.push_back({text->substr(start, comma - start), value.origin, true});
    start = comma + 1;
  }
  return entries;
}

}  // namespace tonearm::config
