#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"

namespace tonearm::sip {

enum class Transport : std::uint8_t { udp, tcp };
[[nodiscard]] std::string_view to_string(Transport transport);  ///< "udp", "tcp"

/// How a message came: which of our listeners, and between which addresses.
struct Flow {
  Transport transport = Transport::udp;
  std::size_t listener = 0;  ///< In configuration order.
  base::Endpoint local;
  base::Endpoint remote;
  bool operator==(const Flow&) const = default;
};

/// From, To, Contact …: `text` is what was written, the rest what we need of it.
struct NameAddress {
  std::string text;
  std::string display_name;
  std::string uri;
  std::string tag;
};

enum class Refresher : std::uint8_t { uac, uas };
/// RFC 4028 §4
struct SessionExpires {
  std::uint32_t seconds = 0;
  std::optional<Refresher> refresher;
};
/// RFC 3262 §7.2: which provisional response a PRACK is for.
struct RAck {
  std::uint32_t rseq = 0;
  std::uint32_t cseq = 0;
  std::string method;
};

/// A request or response as the state machines see it: only what they obey, nothing of libre's. A value.
struct Message {
  bool is_request = true;
  std::string method;  ///< Of a response: that of its CSeq.
  std::string request_uri;
  int status = 0;
  std::string reason;

  std::string call_id;
  NameAddress from;
  NameAddress to;
  std::uint32_t cseq = 0;
  std::optional<NameAddress> contact;
  std::vector<std::string> record_routes;  ///< In the order of the message.
  std::vector<std::string> require;
  std::vector<std::string> proxy_require;
  std::vector<std::string> supported;
  std::vector<std::string> allow;  ///< Empty: nothing was said.
  std::string asserted_identity;   ///< First P-Asserted-Identity, as written.
  std::vector<NameAddress>
      diversions;  ///< Who was called before, the latest first (RFC 5806); each names somebody.
  std::optional<unsigned> max_forwards;
  std::optional<SessionExpires> session_expires;
  std::optional<std::uint32_t> min_se;  ///< [s] (RFC 4028 §5)
  std::optional<std::uint32_t> rseq;    ///< RFC 3262 §7.1
  std::optional<RAck> rack;
  std::optional<std::uint32_t> retry_after;  ///< [s]
  std::string event;                         ///< Package of a NOTIFY, lower case, no parameters.
  std::string subscription_state;            ///< Likewise (RFC 6665 §8.2.3).
  std::string content_type;                  ///< "application/sdp", lower case, no parameters.
  std::string body;
  std::string local_tag;  ///< The To tag that our responses will carry (requests only).
  Flow flow;

  [[nodiscard]] bool has_sdp() const { return !body.empty() && content_type == "application/sdp"; }
};

/// No listener in particular.
inline constexpr std::size_t kAnyListener = static_cast<std::size_t>(-1);

/// Where a request goes, before names are resolved.
struct NextHop {
  Transport transport = Transport::udp;
  std::size_t listener = kAnyListener;  ///< It leaves from here, if that listener speaks `transport`.
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const NextHop&) const = default;
};

/// A request of ours. The shell adds Via, User-Agent and Content-Length.
struct OutgoingRequest {
  std::string method;
  std::string uri;
  NextHop next_hop;
  std::string headers;  ///< Complete lines, from Max-Forwards to Contact.
  std::string content_type;
  std::string body;
};

/// The standard phrase, or "Refused" for a status without one.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace tonearm::sip
