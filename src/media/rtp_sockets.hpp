#pragma once

#include <string>
#include <utility>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "media/port_pool.hpp"

namespace tonearm::media {

/// A descriptor that is closed with its owner. Threading: a value.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

struct SocketOptions {
  bool dscp = true;            ///< EF (RFC 5865 §2.3 names it for voice).
  int send_buffer = 0;         ///< SO_SNDBUF [bytes]; 0 = the system's.
  int receive_buffer = 0;      ///< SO_RCVBUF [bytes]; 0 = the system's.
  bool kernel_stamps = false;  ///< Arrival times from the kernel, not from the tick.
};

/// The RTP and RTCP sockets of one session. They stay unconnected: a connected one would be deaf to a source
/// that moves.
struct RtpSockets {
  Descriptor rtp;
  Descriptor rtcp;
  base::Endpoint local_rtp;
  base::Endpoint local_rtcp;
};

/// Takes ports from the pool until one can be bound (another program may sit on some of them).
/// Errors: `no_port`, `no_socket`.
[[nodiscard]] base::Result<RtpSockets> open_rtp_sockets(const std::string& address, PortPool& ports,
                                                        const SocketOptions& options);

}  // namespace tonearm::media
