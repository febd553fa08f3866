#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "media/rtp_packet.hpp"
#include "media/source_address.hpp"

namespace tonearm::media::testing {

struct HeardPacket {
  base::TimePoint at;
  RtpHeader header;
  std::vector<std::uint8_t> payload;
};

/// The far end: a plain socket that hears everything and says what it is told. Threading: one thread.
class Phone {
 public:
  explicit Phone(const std::string& address = "127.0.0.1") {
    const auto any = SourceAddress::from(base::Endpoint{address, 0});
    sockaddr_storage local{};
    socklen_t length = any.store(local);
    fd_ = ::socket(local.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int buffer = 4 << 20;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    ::bind(fd_, reinterpret_cast<sockaddr*>(&local), length);
    length = sizeof local;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&local), &length);
    address_ = SourceAddress::from(reinterpret_cast<sockaddr*>(&local));
  }
  ~Phone() { ::close(fd_); }
  Phone(const Phone&) = delete;
  Phone& operator=(const Phone&) = delete;

  [[nodiscard]] const SourceAddress& address() const { return address_; }

  void send(const base::Endpoint& to, std::span<const std::uint8_t> bytes) const {
    sockaddr_storage target{};
    const socklen_t length = SourceAddress::from(to).store(target);
    (void)::sendto(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&target), length);
  }
  void speak(const base::Endpoint& to, std::size_t payload = 160, std::uint32_t ssrc = 77,
             std::uint8_t type = 0) {
    say(to, std::vector<std::uint8_t>(payload, 0x7E), ssrc, type);
  }
  void say(const base::Endpoint& to, std::span<const std::uint8_t> payload, std::uint32_t ssrc = 77,
           std::uint8_t type = 0) {
    say_at(to, payload, timestamp_, type, ssrc);
    timestamp_ += static_cast<std::uint32_t>(payload.size());
  }
  void say_at(const base::Endpoint& to, std::span<const std::uint8_t> payload, std::uint32_t timestamp,
              std::uint8_t type, std::uint32_t ssrc = 77) {
    std::vector<std::uint8_t> bytes(kRtpHeaderBytes);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    write_rtp_header({.payload_type = type,
                      .marker = false,
                      .sequence = sequence_++,
                      .timestamp = timestamp,
                      .ssrc = ssrc},
                     std::span<std::uint8_t, kRtpHeaderBytes>(bytes.data(), kRtpHeaderBytes));
    send(to, bytes);
  }

  /// A packet that the network lost.
  void skip_one() {
    ++sequence_;
    timestamp_ += 160;
  }

  /// Takes what has arrived.
  void listen() {
    std::array<std::uint8_t, 2048> bytes;
    for (ssize_t n = 0; (n = ::recv(fd_, bytes.data(), bytes.size(), 0)) >= 0;) {
      const auto datagram = std::span(bytes).first(static_cast<std::size_t>(n));
      if (looks_like_rtcp(datagram)) {
        reports.emplace_back(datagram.begin(), datagram.end());
      } else if (const auto packet = parse_rtp(datagram)) {
        heard.push_back(
            {base::SteadyClock::now(), packet->header, {packet->payload.begin(), packet->payload.end()}});
      }
    }
  }
  /// Until `enough` says so. False after `patience`.
  bool listen_until(const std::function<bool()>& enough,
                    std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    const auto deadline = base::SteadyClock::now() + patience;
    for (listen(); !enough(); listen()) {
      if (base::SteadyClock::now() > deadline) return false;
      pollfd poll{.fd = fd_, .events = POLLIN, .revents = 0};
      ::poll(&poll, 1, 20);
    }
    return true;
  }
  /// So many that come from now on.
  bool hear(std::size_t packets) {
    listen();
    return listen_until([&, target = heard.size() + packets] { return heard.size() >= target; });
  }

  std::vector<HeardPacket> heard;                  ///< RTP, in order of arrival.
  std::vector<std::vector<std::uint8_t>> reports;  ///< RTCP on the same port.

 private:
  int fd_ = -1;
  SourceAddress address_;
  std::uint16_t sequence_ = 100;
  std::uint32_t timestamp_ = 5000;
};

}  // namespace tonearm::media::testing
