#pragma once

#include <memory>
#include <vector>

#include <liburing.h>

#include "media/kernel_stamp.hpp"
#include "media/packet_io.hpp"

namespace tonearm::media {

/// io_uring: one multishot recvmsg per socket into buffers that the ring hands out, sends in one submission.
///
/// The ring defers its work to our calls (DEFER_TASKRUN), so an arriving packet neither wakes nor interrupts
/// the thread. Sends are MSG_DONTWAIT: the kernel finishes them within the submission or fails them; a
/// success makes no completion, failures stand in the completion queue when the submission returns.
/// Threading: as PacketIo.
class UringIo final : public PacketIo {
 public:
  /// Fails with `no_io_uring` where the kernel lacks or refuses something of this.
  [[nodiscard]] static base::Result<std::unique_ptr<PacketIo>> make(IoLimits limits);
  ~UringIo() override;

  Slot add(int fd, IoToken token) override;
  void remove(Slot slot) override;
  bool is_idle(Slot slot) override;
  std::span<const Datagram> drain() override;
  void stage(const OutgoingPacket& packet) override;
  std::span<const SendFailure> flush() override;
  [[nodiscard]] std::string_view name() const override { return "io_uring"; }

  /// How often the kernel ended a multishot and it was armed again.
  [[nodiscard]] std::uint64_t rearmed() const { return rearmed_; }

 private:
  enum class SlotState : std::uint8_t { free, waiting, armed, removing, idle };
  struct ReceiveSlot {
    int fd = -1;
    IoToken token = 0;
    SlotState state = SlotState::free;
  };

  explicit UringIo(IoLimits limits);
  bool open();
  bool open_buffers();
  bool arm_is_possible();

  io_uring_sqe* next_sqe();
  void submit_some();
  void arm(Slot slot);
  void arm_waiting();
  void reap();
  void on_receive(const io_uring_cqe& completion);
  void on_ended(Slot slot);
  void take_datagram(ReceiveSlot& slot, unsigned buffer, int bytes);
  void recycle(unsigned buffer);
  std::uint8_t* buffer_at(unsigned index) const {
    return buffers_ + std::size_t{index} * kReceiveBufferBytes;
  }

  const IoLimits limits_;
  io_uring ring_{};
  bool ring_open_ = false;
  io_uring_buf_ring* buffer_ring_ = nullptr;
  std::uint8_t* buffers_ = nullptr;
  msghdr shape_{};  // what each received buffer holds: name, control, payload
  std::vector<ReceiveSlot> slots_;
  std::vector<Slot> free_slots_;
  std::vector<Slot> waiting_;       // to be armed
  std::vector<Datagram> received_;  // reaped, not drained yet
  std::vector<Datagram> drained_;   // what the last `drain` answered
  std::vector<unsigned> received_buffers_;
  std::vector<unsigned> drained_buffers_;
  std::vector<SendFailure> failures_;
  bool failures_read_ = true;
  std::uint64_t rearmed_ = 0;
};

}  // namespace tonearm::media
