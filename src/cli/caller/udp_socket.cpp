#include "cli/caller/udp_socket.hpp"

#include <cerrno>
#include <ctime>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "media/kernel_stamp.hpp"

namespace tonearm::cli {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

std::int64_t now_ns(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * kNsPerSecond + time.tv_nsec;
}

/// Stamps are told in CLOCK_REALTIME, which may jump: so by how long ago it was.
std::int64_t to_monotonic(std::int64_t realtime_ns) {
  const std::int64_t age = now_ns(CLOCK_REALTIME) - realtime_ns;
  return monotonic_ns() - age;
}

}  // namespace

std::int64_t monotonic_ns() {
  return now_ns(CLOCK_MONOTONIC);
}

base::Result<UdpSocket> UdpSocket::bind(const base::Endpoint& endpoint) {
  sockaddr_storage address{};
  socklen_t length = 0;
  if (!endpoint.to_sockaddr(address, length)) {
    return base::fail(std::errc::invalid_argument, "no address: " + endpoint.address);
  }
  const int fd = ::socket(address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return base::fail(static_cast<std::errc>(errno), "UDP socket");
  UdpSocket socket(fd);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), length) != 0) {
    return base::fail(static_cast<std::errc>(errno), "UDP " + endpoint.to_string());
  }
  return socket;
}

UdpSocket::~UdpSocket() {
  if (fd_ >= 0) ::close(fd_);
}

base::Endpoint UdpSocket::local() const {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
  return base::Endpoint::from_sockaddr(reinterpret_cast<const sockaddr*>(&address));
}

std::optional<UdpSocket::Datagram> UdpSocket::receive(std::span<std::uint8_t> buffer) {
  alignas(cmsghdr) std::uint8_t control[media::kControlBytes];
  iovec vector{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t size = ::recvmsg(fd_, &message, 0);
  if (size < 0) return std::nullopt;
  const auto stamp = media::kernel_stamp(CMSG_FIRSTHDR(&message)).count();
  return Datagram{buffer.first(static_cast<std::size_t>(size)),
                  stamp != 0 ? to_monotonic(stamp) : monotonic_ns()};
}

void UdpSocket::send(std::span<const std::uint8_t> bytes, const base::Endpoint& to) {
  sockaddr_storage address{};
  socklen_t length = 0;
  if (!to.to_sockaddr(address, length)) return;
  ::sendto(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&address), length);
}

void UdpSocket::wait_until(std::int64_t deadline_ns) const {
  const std::int64_t left = deadline_ns - monotonic_ns();
  if (left <= 0) return;
  const timespec time{left / kNsPerSecond, left % kNsPerSecond};
  pollfd readable{fd_, POLLIN, 0};
  ::ppoll(&readable, 1, &time, nullptr);
}

}  // namespace tonearm::cli
