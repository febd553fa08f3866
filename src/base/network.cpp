#include "base/network.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace tonearm::base {
namespace {

struct Address {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};
};

std::optional<Address> parse_address(std::string_view text) {
  const std::string copy(text);
  Address address;
  if (inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1) return address;
  address.v6 = true;
  in6_addr v6;
  if (inet_pton(AF_INET6, copy.c_str(), &v6) != 1) return std::nullopt;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    address.v6 = false;
    std::copy_n(v6.s6_addr + 12, 4, address.bytes.begin());
  } else {
    std::copy_n(v6.s6_addr, 16, address.bytes.begin());
  }
  return address;
}

/// Zeroes what stands behind the first `prefix` bits.
std::array<std::uint8_t, 16> masked(std::array<std::uint8_t, 16> bytes, int prefix) {
  for (int bit = prefix; bit < 128; ++bit) {
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] & ~(0x80U >> (bit % 8)));
  }
  return bytes;
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network;
  network.v6_ = address->v6;
  network.bytes_ = address->bytes;
  const int longest = address->v6 ? 128 : 32;
  network.prefix_ = longest;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const char* const end = digits.data() + digits.size();
    const auto [stop, errc] = std::from_chars(digits.data(), end, network.prefix_);
    if (errc != std::errc{} || stop != end || network.prefix_ < 0 || network.prefix_ > longest) {
      return std::nullopt;
    }
  }
  if (masked(network.bytes_, network.prefix_) != network.bytes_) return std::nullopt;
  return network;
}

bool Network::contains(std::string_view address) const {
  const auto parsed = parse_address(address);
  return parsed && parsed->v6 == v6_ && masked(parsed->bytes, prefix_) == bytes_;
}

std::string Network::to_string() const {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(v6_ ? AF_INET6 : AF_INET, bytes_.data(), text, sizeof text);
  return std::string(text) + "/" + std::to_string(prefix_);
}

bool is_loopback(std::string_view address) {
  static const Network v4 = *Network::parse("127.0.0.0/8");
  static const Network v6 = *Network::parse("::1");
  return v4.contains(address) || v6.contains(address);
}

bool is_address(std::string_view text) {
  return parse_address(text).has_value();
}

}  // namespace tonearm::base
