#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/endpoint.hpp"

namespace tonearm::testing {

using namespace std::chrono_literals;

/// Nanoseconds of CLOCK_REALTIME: what the kernel stamps received packets with.
inline std::int64_t realtime_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

/// A socket that closes itself; throws when it cannot be had.
class Socket {
 public:
  Socket() = default;
  Socket(int type, const base::Endpoint& bind_to);
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] base::Endpoint local() const;
  void connect(const base::Endpoint& to) const;
  void send_to(const base::Endpoint& to, std::string_view bytes) const;
  void send_all(std::string_view bytes) const;
  /// True if something can be read within `timeout`.
  [[nodiscard]] bool readable(std::chrono::milliseconds timeout) const;

 private:
  int fd_ = -1;
};

/// A datagram, and when and from where it came.
struct ReceivedDatagram {
  std::string bytes;
  base::Endpoint from;
  std::int64_t at_ns = 0;  ///< CLOCK_REALTIME; the kernel's stamp, if it was asked to stamp.
};

/// Has the kernel stamp what arrives, and keep it when a test is slow to read.
void receive_well(const Socket& socket);
/// Nothing if none is there.
std::optional<ReceivedDatagram> receive_datagram(const Socket& socket);

}  // namespace tonearm::testing
