#include "app/pcapng.hpp"

#include <chrono>
#include <cstdint>

namespace tonearm::app {
namespace {

constexpr std::uint32_t kSectionHeader = 0x0A0D0D0A;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrderMagic = 0x1A2B3C4D;
constexpr std::uint16_t kRawIp = 101;  // LINKTYPE_RAW: the version says which IP it is

// Options; each code means something in its block alone, but for the first two.
constexpr std::uint16_t kEndOfOptions = 0;
constexpr std::uint16_t kComment = 1;
constexpr std::uint16_t kWrittenBy = 4;              // of a section
constexpr std::uint16_t kTimeUnit = 9;               // of an interface
constexpr std::uint16_t kDirection = 2;              // of a packet
constexpr std::string_view kNanoseconds{"\x09", 1};  // 10^-9 s
constexpr std::uint32_t kInbound = 1;
constexpr std::uint32_t kOutbound = 2;

template <class Number>
std::string little_endian(Number value) {
  std::string bytes(sizeof value, '\0');
  for (std::size_t i = 0; i < sizeof value; ++i) bytes[i] = static_cast<char>(value >> (8 * i));
  return bytes;
}

std::string padded(std::string_view bytes) {
  std::string out(bytes);
  out.resize((out.size() + 3) / 4 * 4);
  return out;
}

std::string option(std::uint16_t code, std::string_view value) {
  constexpr std::size_t kLongest = 65'535;
  value = value.substr(0, kLongest);
  return little_endian(code) + little_endian(static_cast<std::uint16_t>(value.size())) + padded(value);
}

std::string comment_option(std::string_view text) {
  return text.empty() ? std::string() : option(kComment, text);
}

/// Its length stands before and after it, so that files can be read backwards.
std::string block(std::uint32_t type, std::string_view body, std::string_view options) {
  constexpr std::size_t kFrame = 12;
  const std::string end = option(kEndOfOptions, {});
  const std::string length =
      little_endian(static_cast<std::uint32_t>(kFrame + body.size() + options.size() + end.size()));
  std::string out = little_endian(type) + length;
  out += body;
  out += options;
  return out + end + length;
}

std::string section(std::string_view comment) {
  const std::uint16_t major = 1;
  const std::uint16_t minor = 0;
  const std::int64_t unknown_length = -1;
  return block(kSectionHeader,
               little_endian(kByteOrderMagic) + little_endian(major) + little_endian(minor) +
                   little_endian(unknown_length),
               comment_option(comment) + option(kWrittenBy, "Tonearm " TONEARM_VERSION));
}

std::string raw_ip_interface() {
  const std::uint16_t reserved = 0;
  const std::uint32_t no_limit = 0;
  return block(kInterfaceDescription,
               little_endian(kRawIp) + little_endian(reserved) + little_endian(no_limit),
               option(kTimeUnit, kNanoseconds));
}

std::string packet_block(const CapturedPacket& packet) {
  const std::uint32_t interface = 0;
  const auto since_epoch = std::chrono::duration_cast<std::chrono::nanoseconds>(packet.at.time_since_epoch());
  const auto ticks = static_cast<std::uint64_t>(since_epoch.count());
  const std::string head = little_endian(interface) + little_endian(static_cast<std::uint32_t>(ticks >> 32)) +
                           little_endian(static_cast<std::uint32_t>(ticks)) +
                           little_endian(static_cast<std::uint32_t>(packet.bytes.size())) +
                           little_endian(static_cast<std::uint32_t>(packet.length));
  return block(
      kEnhancedPacket, head + padded(packet.bytes),
      option(kDirection, little_endian(packet.sent ? kOutbound : kInbound)) + comment_option(packet.comment));
}

}  // namespace

std::string write_pcapng(std::string_view comment, std::span<const CapturedPacket> packets) {
  std::string file = section(comment) + raw_ip_interface();
  for (const CapturedPacket& packet : packets) file += packet_block(packet);
  return file;
}

}  // namespace tonearm::app
