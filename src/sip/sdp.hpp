#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tonearm::sip {

/// `a=name` or `a=name:value`.
struct SdpAttribute {
  std::string name;
  std::string value;
  bool operator==(const SdpAttribute&) const = default;
};

/// One `m=` line and what follows it.
struct SdpMedia {
  std::string type;  ///< audio, video, image …
  std::uint16_t port = 0;
  std::string protocol;  ///< RTP/AVP, udptl …
  std::vector<std::string> formats;
  std::string connection;  ///< Address of its own `c=`: IPv4, IPv6 or a host name; empty if none.
  std::vector<SdpAttribute> attributes;

  [[nodiscard]] const std::string* find(std::string_view attribute) const;
  bool operator==(const SdpMedia&) const = default;
};

/// `o=`. The version moves exactly when something below it changes (RFC 3264 §8).
struct SdpOrigin {
  std::string user = "-";
  std::string session_id = "0";
  std::uint64_t version = 0;
  std::string address;
  bool operator==(const SdpOrigin&) const = default;
};

/// A session description (RFC 8866), as far as a call needs it. A value.
struct Sdp {
  SdpOrigin origin;
  std::string connection;  ///< Session-level `c=`; empty if none.
  std::vector<SdpAttribute> attributes;
  std::vector<SdpMedia> media;

  [[nodiscard]] const std::string* find(std::string_view attribute) const;
  /// Where stream `index` wants its packets: its own `c=`, else the session's.
  [[nodiscard]] const std::string& address_of(const SdpMedia& stream) const;
  bool operator==(const Sdp&) const = default;
};

/// What a stranger may make us hold. One past each limit is `sdp_too_large`.
struct SdpLimits {
  static constexpr std::size_t kBytes = 16 * 1024;
  static constexpr std::size_t kLine = 1024;
  static constexpr std::size_t kMedia = 16;
  static constexpr std::size_t kFormats = 64;
  static constexpr std::size_t kAttributes = 256;  ///< In the whole description.
};

/// Lenient where real phones are (missing `t=`, bare LF, unknown lines), strict where a guess could send
/// packets to the wrong place (`m=`, `c=`). Errors: malformed_sdp, sdp_too_large.
[[nodiscard]] base::Result<Sdp> parse_sdp(std::string_view text);

/// With CRLF line ends.
[[nodiscard]] std::string to_string(const Sdp& description);

}  // namespace tonearm::sip
