#include "sockets.hpp"

#include <array>
#include <cerrno>
#include <cstring>

namespace tonearm::testing {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

struct RawAddress {
  sockaddr_storage storage;
  socklen_t length = 0;

  explicit RawAddress(const base::Endpoint& endpoint) {
    if (!endpoint.to_sockaddr(storage, length)) throw std::runtime_error("no address: " + endpoint.address);
  }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

std::int64_t kernel_time(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
      timespec stamp;
      std::memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
      return stamp.tv_sec * 1'000'000'000LL + stamp.tv_nsec;
    }
  }
  return realtime_ns();
}

}  // namespace

Socket::Socket(int type, const base::Endpoint& bind_to) {
  const RawAddress address(bind_to);
  fd_ = ::socket(address.storage.ss_family, type | SOCK_CLOEXEC, 0);
  if (fd_ < 0) fail("socket");
  const int on = 1;
  if (type == SOCK_STREAM) setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd_, address.get(), address.length) != 0) fail("bind");
}

base::Endpoint Socket::local() const {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length) != 0) fail("getsockname");
  return base::Endpoint::from_sockaddr(reinterpret_cast<sockaddr*>(&address));
}

void Socket::connect(const base::Endpoint& to) const {
  const RawAddress address(to);
  if (::connect(fd_, address.get(), address.length) != 0) fail("connect");
}

void Socket::send_to(const base::Endpoint& to, std::string_view bytes) const {
  const RawAddress address(to);
  // ECONNREFUSED of an earlier packet is reported here and is none of this one's business.
  ::sendto(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL, address.get(), address.length);
}

void Socket::send_all(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Socket::readable(std::chrono::milliseconds timeout) const {
  pollfd waiting{fd_, POLLIN, 0};
  return ::poll(&waiting, 1, static_cast<int>(timeout.count())) > 0;
}

void receive_well(const Socket& socket) {
  const int on = 1;
  setsockopt(socket.fd(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  const int bytes = 4 << 20;
  setsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

std::optional<ReceivedDatagram> receive_datagram(const Socket& socket) {
  std::array<char, 65536> bytes;
  alignas(cmsghdr) std::array<char, 256> control;
  sockaddr_storage from{};
  iovec part{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t got = ::recvmsg(socket.fd(), &message, MSG_DONTWAIT);
  if (got < 0) return std::nullopt;
  return ReceivedDatagram{std::string(bytes.data(), static_cast<std::size_t>(got)),
                          base::Endpoint::from_sockaddr(reinterpret_cast<sockaddr*>(&from)),
                          kernel_time(message)};
}

}  // namespace tonearm::testing
