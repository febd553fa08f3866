#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <sys/socket.h>

#include "base/result.hpp"

namespace tonearm::media {

/// Whose socket or packet this is; opaque to the I/O, ≤ 48 bits.
using IoToken = std::uint64_t;

struct Datagram {
  IoToken token = 0;
  const sockaddr* source = nullptr;
  std::span<const std::uint8_t> bytes;
  bool truncated = false;  ///< It was longer than a buffer.
  std::chrono::nanoseconds stamped{
      0};  ///< Kernel's arrival time, system clock; 0 if not asked of the socket.
};

struct OutgoingPacket {
  int fd = -1;
  const sockaddr* to = nullptr;
  socklen_t to_length = 0;
  std::span<const std::uint8_t> bytes;
  IoToken token = 0;  ///< Comes back if the send fails.
};

struct SendFailure {
  IoToken token = 0;
  int error = 0;  ///< errno; EAGAIN: the socket's buffer was full and the packet is gone.
};

/// Datagram I/O in batches, never a callback per packet. A wake is: `drain` until empty, `stage` what is to
/// go, `flush`. Whatever was staged has been handed to the kernel or failed when `flush` returns; nothing is
/// sent later. Threading: all calls on one media thread, the constructor too.
class PacketIo {
 public:
  using Slot = std::uint32_t;

  PacketIo() = default;
  PacketIo(const PacketIo&) = delete;
  PacketIo& operator=(const PacketIo&) = delete;
  virtual ~PacketIo() = default;

  /// Receives from `fd` from now on. May allocate.
  virtual Slot add(int fd, IoToken token) = 0;
  /// Ends that. The descriptor may be closed, and the slot is forgotten, once `is_idle` has said so.
  virtual void remove(Slot slot) = 0;
  virtual bool is_idle(Slot slot) = 0;

  /// Datagrams that have arrived; empty when there are no more. Valid until the next call of `drain`.
  virtual std::span<const Datagram> drain() = 0;
  /// The bytes and the address must stay until `flush`.
  virtual void stage(const OutgoingPacket& packet) = 0;
  /// Valid until the next `stage`.
  virtual std::span<const SendFailure> flush() = 0;

  [[nodiscard]] virtual std::string_view name() const = 0;
};

enum class IoBackend : std::uint8_t { automatic, uring, mmsg };

struct IoLimits {
  unsigned receive_buffers = 2048;  ///< Power of two. Datagrams beyond them wait in their sockets.
  unsigned batch = 1024;            ///< Power of two. Packets staged before one is submitted early.
};

inline constexpr std::size_t kReceiveBufferBytes = 2048;

/// `automatic` probes io_uring (containers often refuse it) and falls back. Fails only if `uring` is
/// demanded.
[[nodiscard]] base::Result<std::unique_ptr<PacketIo>> make_packet_io(IoBackend backend, IoLimits limits);

}  // namespace tonearm::media
