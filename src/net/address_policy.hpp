#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "base/endpoint.hpp"
#include "base/network.hpp"
#include "base/result.hpp"
#include "net/url.hpp"

namespace tonearm::net {

/// What kind of place an IP address is, for the decision whether we may be sent there by a stranger's URL.
/// IPv4 inside IPv6 (mapped, NAT64, 6to4) counts as the IPv4 address.
enum class AddressClass { global, loopback, private_range, link_local, metadata, multicast, reserved };

[[nodiscard]] AddressClass classify(const boost::asio::ip::address& address);
/// "a loopback address", as error texts say it.
[[nodiscard]] const char* describe(AddressClass address_class);

/// Which targets of outgoing requests (callbacks, prompts) are allowed: SSRF protection. Decided on the
/// resolved address that is then connected to, and again for each redirect. Threading: immutable once set up.
///
/// Link-local, metadata, multicast and our own listeners are always refused; `deny` wins over `allow`;
/// loopback and private ranges need `allow`, `allow_loopback` or a trusted host.
struct AddressPolicy {
  std::vector<base::Network> allow;
  std::vector<base::Network> deny;
  bool allow_loopback = false;                ///< `--dev`
  bool allow_plain_http = true;               ///< else https only, but for trusted hosts
  std::vector<std::string> trusted_hosts;     ///< `host:port` of configured webhooks, lower case (`trust`)
  std::vector<base::Endpoint> own_listeners;  ///< 0.0.0.0 and :: stand for every address of this machine

  /// Adds the host of a configured URL to the trusted ones.
  void trust(const Url& url);
  /// Errors: `address_refused` if the URL's scheme is not allowed.
  [[nodiscard]] base::Result<void> check_url(const Url& url) const;
  /// Errors: `address_refused`, its text names the class of address.
  [[nodiscard]] base::Result<void> check_address(const Url& url,
                                                 const boost::asio::ip::address& address) const;

 private:
  [[nodiscard]] bool is_trusted(const Url& url) const;
  [[nodiscard]] bool is_own_listener(const boost::asio::ip::address& address, std::uint16_t port) const;
};

}  // namespace tonearm::net
