#include "app/ip_packet.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace tonearm::app {
namespace {

constexpr std::uint8_t kHops = 64;
constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kTcpHeader = 20;
constexpr std::size_t kLongest = 65'535;  // what length fields can say

template <class Number>
std::string big_endian(Number value) {
  std::string bytes(sizeof value, '\0');
  for (std::size_t i = 0; i < sizeof value; ++i)
    bytes[i] = static_cast<char>(value >> (8 * (sizeof value - 1 - i)));
  return bytes;
}

std::string big_endian_16(std::size_t value) {
  return big_endian(static_cast<std::uint16_t>(std::min(value, kLongest)));
}

/// Four bytes or sixteen, in network order; of what is no address, 0.0.0.0.
std::string address_bytes(const base::Endpoint& endpoint, bool v6) {
  if (!v6) {
    in_addr v4{};
    ::inet_pton(AF_INET, endpoint.address.c_str(), &v4);
    return {reinterpret_cast<const char*>(&v4), sizeof v4};
  }
  const std::string text = endpoint.is_v6() ? endpoint.address : "::ffff:" + endpoint.address;
  in6_addr address{};
  ::inet_pton(AF_INET6, text.c_str(), &address);
  return {reinterpret_cast<const char*>(&address), sizeof address};
}

/// RFC 1071 §1.
std::uint16_t checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const auto high = static_cast<std::uint8_t>(bytes[i]);
    const auto low = i + 1 < bytes.size() ? static_cast<std::uint8_t>(bytes[i + 1]) : std::uint8_t{0};
    sum += static_cast<std::uint32_t>(high << 8 | low);
  }
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

void put(std::string& bytes, std::size_t at, std::uint16_t value) {
  bytes.replace(at, sizeof value, big_endian(value));
}

/// One transport's packet on its way into IP.
struct Segment {
  std::uint8_t protocol = IPPROTO_UDP;
  std::string header;
  std::size_t checksum_at = 0;
};

std::string ip_v4_header(const std::string& from, const std::string& to, std::uint8_t protocol,
                         std::size_t length) {
  constexpr std::size_t kHeader = 20;
  constexpr std::size_t kChecksumAt = 10;
  std::string header{"\x45\x00", 2};  // version 4, five words
  header += big_endian_16(kHeader + length);
  header.append(4, '\0');  // never in fragments
  header += static_cast<char>(kHops);
  header += static_cast<char>(protocol);
  header += big_endian(std::uint16_t{0});
  header += from + to;
  put(header, kChecksumAt, checksum(header));
  return header;
}

std::string ip_v6_header(const std::string& from, const std::string& to, std::uint8_t protocol,
                         std::size_t length) {
  std::string header{"\x60\x00\x00\x00", 4};  // version 6
  header += big_endian_16(length);
  header += static_cast<char>(protocol);
  header += static_cast<char>(kHops);
  return header + from + to;
}

/// Nobody can check the sum of a packet whose end is missing; it must be there nevertheless, as UDP over IPv6
/// may not go without.
IpPacket wrapped(const IpFlow& flow, Segment segment, IpPayload payload) {
  const bool v6 = flow.from.is_v6() || flow.to.is_v6();
  const std::string from = address_bytes(flow.from, v6);
  const std::string to = address_bytes(flow.to, v6);
  const std::size_t length = segment.header.size() + payload.length;
  const std::string pseudo = from + to + big_endian_16(segment.protocol) + big_endian_16(length);
  const std::uint16_t sum = checksum(pseudo + segment.header + std::string(payload.bytes));
  put(segment.header, segment.checksum_at, sum == 0 ? std::uint16_t{0xFFFF} : sum);
  const auto header = v6 ? ip_v6_header(from, to, segment.protocol, length)
                         : ip_v4_header(from, to, segment.protocol, length);
  return {header + segment.header + std::string(payload.bytes), header.size() + length};
}

std::string ports(const IpFlow& flow) {
  return big_endian(flow.from.port) + big_endian(flow.to.port);
}

}  // namespace

IpPacket udp_packet(const IpFlow& flow, IpPayload payload) {
  constexpr std::size_t kChecksumAt = 6;
  const std::string header =
      ports(flow) + big_endian_16(kUdpHeader + payload.length) + big_endian(std::uint16_t{0});
  return wrapped(flow, {IPPROTO_UDP, header, kChecksumAt}, payload);
}

IpPacket tcp_packet(const IpFlow& flow, TcpPlace place, IpPayload payload) {
  constexpr std::size_t kChecksumAt = 16;
  constexpr std::uint16_t kPushAndAck = kTcpHeader / 4 << 12 | 0x18;
  constexpr std::uint16_t kWindow = 0xFFFF;
  const std::string header = ports(flow) + big_endian(place.sequence) + big_endian(place.acknowledged) +
                             big_endian(kPushAndAck) + big_endian(kWindow) + big_endian(std::uint32_t{0});
  return wrapped(flow, {IPPROTO_TCP, header, kChecksumAt}, payload);
}

}  // namespace tonearm::app
