#pragma once

#include <array>
#include <memory>
#include <vector>

#include <netinet/in.h>
#include <sys/epoll.h>

#include "media/kernel_stamp.hpp"
#include "media/packet_io.hpp"

namespace tonearm::media {

/// The fallback: epoll tells which sockets have packets, `recvmmsg` and `sendmmsg` move them.
/// Threading: as PacketIo.
class MmsgIo final : public PacketIo {
 public:
  /// Throws std::system_error without a descriptor: start-up only.
  explicit MmsgIo(IoLimits limits);
  ~MmsgIo() override;

  Slot add(int fd, IoToken token) override;
  void remove(Slot slot) override;
  bool is_idle(Slot slot) override;
  std::span<const Datagram> drain() override;
  void stage(const OutgoingPacket& packet) override;
  std::span<const SendFailure> flush() override;
  [[nodiscard]] std::string_view name() const override { return "recvmmsg"; }

 private:
  static constexpr unsigned kPerSocket = 16;  // packets taken from one socket at a time
  static constexpr unsigned kPerDrain = 512;  // and in one drain
  struct ReceiveSlot {
    int fd = -1;
    IoToken token = 0;
  };
  struct ReceivePlace {
    std::array<std::uint8_t, kReceiveBufferBytes> bytes;
    sockaddr_in6 source;
    alignas(cmsghdr) std::array<std::uint8_t, kControlBytes> control;
  };

  void receive_from(const ReceiveSlot& slot);
  Datagram datagram_at(unsigned place, IoToken token) const;
  void send_staged();
  void send_run(std::size_t first, std::size_t last);

  const IoLimits limits_;
  int epoll_ = -1;
  std::vector<ReceiveSlot> slots_;
  std::vector<Slot> free_slots_;
  std::array<epoll_event, kPerDrain / kPerSocket> ready_{};
  std::vector<ReceivePlace> places_;
  std::vector<iovec> receive_vectors_;
  std::vector<mmsghdr> receive_headers_;
  std::vector<Datagram> datagrams_;
  std::vector<OutgoingPacket> staged_;
  std::vector<iovec> send_vectors_;
  std::vector<mmsghdr> send_headers_;
  std::vector<SendFailure> failures_;
  bool failures_read_ = true;
};

}  // namespace tonearm::media
