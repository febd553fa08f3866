#include "media/mmsg_io.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace tonearm::media {

MmsgIo::MmsgIo(IoLimits limits) : limits_(limits), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  places_.resize(kPerDrain);
  receive_vectors_.resize(kPerDrain);
  receive_headers_.resize(kPerDrain);
  datagrams_.reserve(kPerDrain);
  staged_.reserve(limits.batch);
  send_vectors_.resize(limits.batch);
  send_headers_.resize(limits.batch);
  failures_.reserve(limits.batch * 2);
}

MmsgIo::~MmsgIo() {
  ::close(epoll_);
}

PacketIo::Slot MmsgIo::add(int fd, IoToken token) {
  Slot slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<Slot>(slots_.size());
    slots_.emplace_back();
    free_slots_.reserve(slots_.size());
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  slots_[slot] = {.fd = fd, .token = token};
  epoll_event event{.events = EPOLLIN, .data = {.u32 = slot}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  return slot;
}

void MmsgIo::remove(Slot slot) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, slots_[slot].fd, nullptr);
}

bool MmsgIo::is_idle(Slot slot) {
  slots_[slot] = {};
  free_slots_.push_back(slot);
  return true;
}

std::span<const Datagram> MmsgIo::drain() {
  datagrams_.clear();
  const int ready = ::epoll_wait(epoll_, ready_.data(), static_cast<int>(ready_.size()), 0);
  for (int i = 0; i < ready; ++i) receive_from(slots_[ready_[static_cast<std::size_t>(i)].data.u32]);
  return datagrams_;
}

void MmsgIo::receive_from(const ReceiveSlot& slot) {
  const auto first = static_cast<unsigned>(datagrams_.size());
  for (unsigned i = first; i < first + kPerSocket; ++i) {
    ReceivePlace& place = places_[i];
    receive_vectors_[i] = {.iov_base = place.bytes.data(), .iov_len = place.bytes.size()};
    receive_headers_[i] = {};
    msghdr& header = receive_headers_[i].msg_hdr;
    header.msg_name = &place.source;
    header.msg_namelen = sizeof place.source;
    header.msg_iov = &receive_vectors_[i];
    header.msg_iovlen = 1;
    header.msg_control = place.control.data();
    header.msg_controllen = place.control.size();
  }
  const int count = ::recvmmsg(slot.fd, &receive_headers_[first], kPerSocket, MSG_DONTWAIT, nullptr);
  for (int i = 0; i < count; ++i)
    datagrams_.push_back(datagram_at(first + static_cast<unsigned>(i), slot.token));
}

Datagram MmsgIo::datagram_at(unsigned index, IoToken token) const {
  const ReceivePlace& place = places_[index];
  const mmsghdr& message = receive_headers_[index];
  Datagram datagram{.token = token,
                    .source = reinterpret_cast<const sockaddr*>(&place.source),
                    .bytes = std::span(place.bytes).first(message.msg_len),
                    .truncated = (message.msg_hdr.msg_flags & MSG_TRUNC) != 0};
  if (message.msg_hdr.msg_controllen != 0) datagram.stamped = kernel_stamp(CMSG_FIRSTHDR(&message.msg_hdr));
  return datagram;
}

void MmsgIo::stage(const OutgoingPacket& packet) {
  if (std::exchange(failures_read_, false)) failures_.clear();
  if (staged_.size() == limits_.batch) send_staged();
  staged_.push_back(packet);
}

std::span<const SendFailure> MmsgIo::flush() {
  if (std::exchange(failures_read_, true)) failures_.clear();
  send_staged();
  return failures_;
}

/// One call of the kernel for each run of packets of one socket.
void MmsgIo::send_staged() {
  for (std::size_t first = 0; first < staged_.size();) {
    std::size_t last = first + 1;
    while (last < staged_.size() && staged_[last].fd == staged_[first].fd) ++last;
    send_run(first, last);
    first = last;
  }
  staged_.clear();
}

void MmsgIo::send_run(std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
    const OutgoingPacket& packet = staged_[i];
    send_vectors_[i] = {.iov_base = const_cast<std::uint8_t*>(packet.bytes.data()),
                        .iov_len = packet.bytes.size()};
    send_headers_[i] = {};
    msghdr& header = send_headers_[i].msg_hdr;
    header.msg_name = const_cast<sockaddr*>(packet.to);
    header.msg_namelen = packet.to_length;
    header.msg_iov = &send_vectors_[i];
    header.msg_iovlen = 1;
  }
  while (first < last) {
    const int sent = ::sendmmsg(staged_[first].fd, &send_headers_[first], static_cast<unsigned>(last - first),
                                MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      first += static_cast<std::size_t>(sent);
    } else {
      failures_.push_back({staged_[first].token, errno});
      ++first;
    }
  }
}

}  // namespace tonearm::media
