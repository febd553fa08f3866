#include "sip/large_request.hpp"

#include <string_view>

#include "sip/uri.hpp"

namespace tonearm::sip {
namespace {

constexpr std::size_t kAddedLater = 200;  // [bytes] Via, User-Agent, Content-Type, Content-Length
constexpr std::uint16_t kSipPort = 5060;

std::size_t weight(const OutgoingRequest& request) {
  return request.method.size() + request.uri.size() + request.headers.size() + request.body.size() +
         kAddedLater;
}

/// What the request goes to: its first Route, else its URI.
std::string_view destination(const OutgoingRequest& request) {
  constexpr std::string_view kRoute = "Route: <";
  const std::string_view headers = request.headers;
  const auto line = headers.find(kRoute);
  if (line == std::string_view::npos || (line > 0 && headers[line - 1] != '\n')) return request.uri;
  const std::string_view route = headers.substr(line + kRoute.size());
  return route.substr(0, route.find('>'));
}

std::uint16_t port_or_default(std::uint16_t port) {
  return port == 0 ? kSipPort : port;
}

}  // namespace

std::optional<OutgoingRequest> over_tcp(const OutgoingRequest& request) {
  const NextHop& hop = request.next_hop;
  if (hop.transport != Transport::udp || weight(request) <= kDatagramMax) return std::nullopt;
  const auto uri = parse_uri(destination(request));
  if (!uri || uri->has_parameter("transport") || uri->host != hop.host) return std::nullopt;
  if (port_or_default(uri->port) != port_or_default(hop.port)) return std::nullopt;
  OutgoingRequest changed = request;
  changed.next_hop.transport = Transport::tcp;
  return changed;
}

}  // namespace tonearm::sip
