#include "media/rtp_sockets.hpp"

#include <cerrno>
#include <cstring>

#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "media/errc.hpp"

namespace tonearm::media {
namespace {

constexpr int kExpeditedForwarding = 46 << 2;  // RFC 3246, in the upper six bits of the TOS byte
constexpr int kBindTries = 64;

void set_option(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

void apply(const SocketOptions& options, int fd, sa_family_t family) {
  if (options.dscp) {
    if (family == AF_INET6)
      set_option(fd, IPPROTO_IPV6, IPV6_TCLASS, kExpeditedForwarding);
    else
      set_option(fd, IPPROTO_IP, IP_TOS, kExpeditedForwarding);
  }
  if (options.send_buffer != 0) set_option(fd, SOL_SOCKET, SO_SNDBUF, options.send_buffer);
  if (options.receive_buffer != 0) set_option(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer);
  if (options.kernel_stamps) set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
}

/// Invalid with errno set if it cannot be had.
Descriptor bind_udp(const base::Endpoint& local, const SocketOptions& options) {
  sockaddr_storage address{};
  socklen_t length = 0;
  if (!local.to_sockaddr(address, length)) {
    errno = EINVAL;
    return Descriptor();
  }
  Descriptor socket(::socket(address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return socket;
  if (address.ss_family == AF_INET6) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  apply(options, socket.get(), address.ss_family);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) return Descriptor();
  return socket;
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

base::Result<RtpSockets> open_rtp_sockets(const std::string& address, PortPool& ports,
                                          const SocketOptions& options) {
  for (int tries = 0; tries < kBindTries; ++tries) {
    const auto port = ports.take(base::SteadyClock::now());
    if (!port) return base::fail(MediaErrc::no_port);
    RtpSockets sockets;
    sockets.local_rtp = {address, *port};
    sockets.local_rtcp = {address, static_cast<std::uint16_t>(*port + 1)};
    sockets.rtp = bind_udp(sockets.local_rtp, options);
    if (sockets.rtp.valid()) sockets.rtcp = bind_udp(sockets.local_rtcp, options);
    if (sockets.rtp.valid() && sockets.rtcp.valid()) return sockets;
    const int error = errno;
    ports.give_back(*port, base::SteadyClock::now());
    if (error != EADDRINUSE) return base::fail(MediaErrc::no_socket, address + ": " + std::strerror(error));
  }
  return base::fail(MediaErrc::no_port, "others use them");
}

}  // namespace tonearm::media
