#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/endpoint.hpp"
#include "base/result.hpp"

namespace tonearm::cli {

/// CLOCK_MONOTONIC: the clock that all processes of a machine share.
[[nodiscard]] std::int64_t monotonic_ns();

/// A bound, non-blocking UDP socket whose datagrams carry the kernel's receive time.
/// Threading: one thread at a time.
class UdpSocket {
 public:
  struct Datagram {
    std::span<std::uint8_t> bytes;  ///< Within the caller's buffer.
    std::int64_t arrived_ns = 0;    ///< CLOCK_MONOTONIC
  };

  [[nodiscard]] static base::Result<UdpSocket> bind(const base::Endpoint& endpoint);
  UdpSocket(UdpSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UdpSocket& operator=(UdpSocket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UdpSocket();

  [[nodiscard]] base::Endpoint local() const;
  /// Nothing if there is none.
  [[nodiscard]] std::optional<Datagram> receive(std::span<std::uint8_t> buffer);
  /// A datagram that the kernel does not take is lost, as on the way.
  void send(std::span<const std::uint8_t> bytes, const base::Endpoint& to);
  /// Until something has come or the time is reached (CLOCK_MONOTONIC).
  void wait_until(std::int64_t deadline_ns) const;

 private:
  explicit UdpSocket(int fd) : fd_(fd) {}

  int fd_ = -1;
};

}  // namespace tonearm::cli
