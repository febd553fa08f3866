#include "config/units.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <utility>

namespace tonearm::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array kTimes{Unit{"ms", 1}, Unit{"s", 1'000}, Unit{"m", 60'000}, Unit{"h", 3'600'000},
                            Unit{"d", 86'400'000}};
constexpr std::array kSizes{Unit{"B", 1}, Unit{"KiB", 1ULL << 10}, Unit{"MiB", 1ULL << 20},
                            Unit{"GiB", 1ULL << 30}, Unit{"TiB", 1ULL << 40}};

std::optional<std::uint64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
  std::uint64_t number = 0;
  const auto [stop, errc] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (errc != std::errc{}) return std::nullopt;
  const std::string_view name(stop, text.data() + text.size() - stop);
  for (const Unit& unit : units) {
    if (name != unit.name) continue;
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / unit.factor) {
      return std::nullopt;
    }
    return number * unit.factor;
  }
  return std::nullopt;
}

std::string with_unit(std::uint64_t number, std::span<const Unit> units) {
  const Unit* best = &units.front();
  if (number == 0) best = &units[1];
  for (const Unit& unit : units) {
    if (number != 0 && number % unit.factor == 0) best = &unit;
  }
  return std::to_string(number / best->factor) + std::string(best->name);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, errc] = std::from_chars(text.data(), end, port);
  if (errc != std::errc{} || stop != end || port < 1024) return std::nullopt;
  return port;
}

constexpr std::array<std::pair<std::string_view, SipTransport>, 3> kTransports{
    {{"udp", SipTransport::udp}, {"tcp", SipTransport::tcp}, {"tls", SipTransport::tls}}};

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto number = parse_with_unit(text, kTimes);
  if (!number) return std::nullopt;
  return std::chrono::milliseconds(*number);
}

std::optional<Bytes> parse_bytes(std::string_view text) {
  const auto number = parse_with_unit(text, kSizes);
  if (!number) return std::nullopt;
  return Bytes{*number};
}

std::optional<PortRange> parse_ports(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_port(text.substr(0, dash));
  const auto last = parse_port(text.substr(dash + 1));
  if (!first || !last || *first >= *last) return std::nullopt;
  return PortRange{*first, *last};
}

std::optional<SipListener> parse_sip_listener(std::string_view text) {
  for (const auto& [name, transport] : kTransports) {
    if (!text.starts_with(name) || !text.substr(name.size()).starts_with(':')) continue;
    const auto endpoint = base::Endpoint::parse(text.substr(name.size() + 1));
    if (!endpoint) return std::nullopt;
    return SipListener{transport, *endpoint};
  }
  return std::nullopt;
}

std::string to_string(std::chrono::milliseconds duration) {
  return with_unit(static_cast<std::uint64_t>(duration.count()), kTimes);
}

std::string to_string(Bytes bytes) {
  return with_unit(bytes.count, kSizes);
}

std::string to_string(const SipListener& listener) {
  for (const auto& [name, transport] : kTransports) {
    if (transport == listener.transport) return std::string(name) + ":" + listener.endpoint.to_string();
  }
  return listener.endpoint.to_string();
}

}  // namespace tonearm::config
