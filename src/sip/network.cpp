#include "sip/network.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

namespace tonearm::sip {
namespace {

using Bytes = std::array<std::uint8_t, 16>;
constexpr int kMappedBits = 96;  // ::ffff:0:0/96

std::optional<Bytes> to_bytes(const std::string& address) {
  Bytes bytes{};
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) return bytes;
  std::uint8_t v4[4];
  if (inet_pton(AF_INET, address.c_str(), v4) != 1) return std::nullopt;
  bytes[10] = bytes[11] = 0xff;
  std::memcpy(bytes.data() + 12, v4, 4);
  return bytes;
}

bool same_prefix(const Bytes& a, const Bytes& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

const std::array<Network, 11>& private_networks() {
  static const std::array<Network, 11> networks = [] {
    constexpr const char* kTexts[11] = {
        "10.0.0.0/8",  "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
        "127.0.0.0/8", "0.0.0.0/8",     "fe80::/10",      "fc00::/7",      "::1",
        "::"};
    std::array<Network, 11> made;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = *Network::parse(kTexts[i]);
    return made;
  }();
  return networks;
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const std::string address(text.substr(0, slash));
  const auto bytes = to_bytes(address);
  if (!bytes) return std::nullopt;
  const int base = address.find(':') == std::string::npos ? kMappedBits : 0;
  Network network;
  network.prefix_ = *bytes;
  network.bits_ = 128;
  if (slash == std::string_view::npos) return network;
  const std::string_view digits = text.substr(slash + 1);
  int bits = 0;
  const auto [end, errc] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (errc != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (bits < 0 || bits + base > 128) return std::nullopt;
  network.bits_ = bits + base;
  return network;
}

bool Network::contains(const std::string& address) const {
  const auto bytes = to_bytes(address);
  return bytes && same_prefix(*bytes, prefix_, bits_);
}

bool is_private_address(const std::string& address) {
  return std::ranges::any_of(private_networks(), [&](const Network& n) { return n.contains(address); });
}

bool is_unspecified_address(const std::string& address) {
  return address == "0.0.0.0" || address == "::";
}

bool is_address_literal(const std::string& address) {
  return to_bytes(address).has_value();
}

}  // namespace tonearm::sip
