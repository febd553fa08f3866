#include "media/uring_io.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <sys/mman.h>
#include <unistd.h>

#include "media/errc.hpp"

namespace tonearm::media {
namespace {

constexpr int kBufferGroup = 0;

// The upper bits of a completion's user data say what it is about.
constexpr unsigned kKindShift = 56;
enum class Kind : std::uint64_t { receive = 1, send = 2, cancel = 3 };

constexpr std::uint64_t tag(Kind kind, std::uint64_t value) {
  return static_cast<std::uint64_t>(kind) << kKindShift | value;
}
constexpr Kind kind_of(std::uint64_t data) {
  return static_cast<Kind>(data >> kKindShift);
}
constexpr std::uint64_t value_of(std::uint64_t data) {
  return data & ((std::uint64_t{1} << kKindShift) - 1);
}

/// Room for an address. The control message behind it has to be aligned as its header is.
constexpr std::size_t kNameBytes =
    (sizeof(io_uring_recvmsg_out) + sizeof(sockaddr_in6) + alignof(cmsghdr) - 1) / alignof(cmsghdr) *
        alignof(cmsghdr) -
    sizeof(io_uring_recvmsg_out);

void* map_memory(std::size_t bytes) {
  void* memory =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  (void)::mlock(memory, bytes);  // best effort: RLIMIT_MEMLOCK may be small
  return memory;
}

}  // namespace

base::Result<std::unique_ptr<PacketIo>> UringIo::make(IoLimits limits) {
  std::unique_ptr<UringIo> io(new UringIo(limits));
  if (!io->open()) return base::fail(MediaErrc::no_io_uring, std::strerror(errno));
  return io;
}

UringIo::UringIo(IoLimits limits) : limits_(limits) {
  shape_.msg_namelen = kNameBytes;
  shape_.msg_controllen = kControlBytes;
  received_.reserve(limits.receive_buffers);
  drained_.reserve(limits.receive_buffers);
  received_buffers_.reserve(limits.receive_buffers);
  drained_buffers_.reserve(limits.receive_buffers);
  failures_.reserve(limits.batch * 2);
}

bool UringIo::open() {
  io_uring_params params{};
  params.flags =
      IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL;
  params.cq_entries = 2 * (limits_.receive_buffers + limits_.batch);
  if (const int error = io_uring_queue_init_params(limits_.batch, &ring_, &params); error != 0) {
    errno = -error;
    return false;
  }
  ring_open_ = true;
  constexpr unsigned kNeeded = IORING_FEAT_NODROP | IORING_FEAT_CQE_SKIP | IORING_FEAT_EXT_ARG;
  if ((params.features & kNeeded) != kNeeded) {
    errno = ENOSYS;
    return false;
  }
  return open_buffers() && arm_is_possible();
}

bool UringIo::open_buffers() {
  const std::size_t ring_bytes = limits_.receive_buffers * sizeof(io_uring_buf);
  buffer_ring_ = static_cast<io_uring_buf_ring*>(map_memory(ring_bytes));
  buffers_ = static_cast<std::uint8_t*>(map_memory(limits_.receive_buffers * kReceiveBufferBytes));
  if (buffer_ring_ == nullptr || buffers_ == nullptr) return false;
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(buffer_ring_);
  registration.ring_entries = limits_.receive_buffers;
  registration.bgid = kBufferGroup;
  if (const int error = io_uring_register_buf_ring(&ring_, &registration, 0); error != 0) {
    errno = -error;
    return false;
  }
  io_uring_buf_ring_init(buffer_ring_);
  for (unsigned i = 0; i < limits_.receive_buffers; ++i) recycle(i);
  return true;
}

/// A kernel may know io_uring but not multishot recvmsg: an armed request on a fresh socket must stay armed.
bool UringIo::arm_is_possible() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  const Slot slot = add(fd, 0);
  flush();
  drain();
  const bool possible = slots_[slot].state == SlotState::armed && rearmed_ == 0;
  remove(slot);
  for (int tries = 0; tries < 100 && !is_idle(slot); ++tries) {
    flush();
    drain();
  }
  ::close(fd);
  if (!possible) errno = ENOSYS;
  return possible;
}

UringIo::~UringIo() {
  if (ring_open_) io_uring_queue_exit(&ring_);
  if (buffer_ring_ != nullptr) ::munmap(buffer_ring_, limits_.receive_buffers * sizeof(io_uring_buf));
  if (buffers_ != nullptr) ::munmap(buffers_, limits_.receive_buffers * kReceiveBufferBytes);
}

PacketIo::Slot UringIo::add(int fd, IoToken token) {
  Slot slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<Slot>(slots_.size());
    slots_.emplace_back();
    free_slots_.reserve(slots_.size());
    waiting_.reserve(slots_.size());
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  slots_[slot] = {.fd = fd, .token = token, .state = SlotState::waiting};
  waiting_.push_back(slot);
  return slot;
}

void UringIo::remove(Slot slot) {
  ReceiveSlot& receive = slots_[slot];
  if (receive.state == SlotState::waiting) {
    std::erase(waiting_, slot);
    receive.state = SlotState::idle;
  } else if (receive.state == SlotState::armed) {
    receive.state = SlotState::removing;
    io_uring_sqe* sqe = next_sqe();
    io_uring_prep_cancel64(sqe, tag(Kind::receive, slot), 0);
    io_uring_sqe_set_data64(sqe, tag(Kind::cancel, slot));
  }
}

bool UringIo::is_idle(Slot slot) {
  if (slots_[slot].state != SlotState::idle) return false;
  slots_[slot] = {};
  free_slots_.push_back(slot);
  return true;
}

std::span<const Datagram> UringIo::drain() {
  for (const unsigned buffer : drained_buffers_) recycle(buffer);
  drained_buffers_.clear();
  drained_.clear();
  io_uring_get_events(&ring_);
  reap();
  received_.swap(drained_);
  received_buffers_.swap(drained_buffers_);
  return drained_;
}

void UringIo::stage(const OutgoingPacket& packet) {
  if (failures_read_) {
    failures_.clear();
    failures_read_ = false;
  }
  io_uring_sqe* sqe = next_sqe();
  io_uring_prep_send(sqe, packet.fd, packet.bytes.data(), packet.bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  io_uring_prep_send_set_addr(sqe, packet.to, static_cast<std::uint16_t>(packet.to_length));
  io_uring_sqe_set_data64(sqe, tag(Kind::send, packet.token));
  io_uring_sqe_set_flags(sqe, IOSQE_CQE_SKIP_SUCCESS);
}

std::span<const SendFailure> UringIo::flush() {
  if (std::exchange(failures_read_, true)) failures_.clear();
  arm_waiting();
  while (io_uring_sq_ready(&ring_) != 0) submit_some();
  reap();
  return failures_;
}

/// The kernel may take only a part, or nothing while its completions are not reaped (EBUSY) or it is short of
/// memory (EAGAIN): nothing may be left to leave with a later wake, after a stop was acknowledged.
void UringIo::submit_some() {
  if (io_uring_submit(&ring_) < 0) io_uring_get_events(&ring_);
  reap();
}

io_uring_sqe* UringIo::next_sqe() {
  io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
  while (sqe == nullptr) {
    submit_some();
    sqe = io_uring_get_sqe(&ring_);
  }
  return sqe;
}

void UringIo::arm_waiting() {
  for (const Slot slot : waiting_) arm(slot);
  waiting_.clear();
}

void UringIo::arm(Slot slot) {
  io_uring_sqe* sqe = next_sqe();
  io_uring_prep_recvmsg_multishot(sqe, slots_[slot].fd, &shape_, 0);
  io_uring_sqe_set_flags(sqe, IOSQE_BUFFER_SELECT);
  sqe->buf_group = kBufferGroup;
  io_uring_sqe_set_data64(sqe, tag(Kind::receive, slot));
  slots_[slot].state = SlotState::armed;
}

/// Sorts what has completed: datagrams wait for `drain`, failed sends for the end of `flush`.
void UringIo::reap() {
  unsigned head = 0;
  unsigned count = 0;
  io_uring_cqe* completion = nullptr;
  io_uring_for_each_cqe(&ring_, head, completion) {
    ++count;
    switch (kind_of(completion->user_data)) {
      case Kind::receive:
        on_receive(*completion);
        break;
      case Kind::send:
        if (completion->res < 0) failures_.push_back({value_of(completion->user_data), -completion->res});
        break;
      case Kind::cancel:
        break;  // the receive's own last completion is what counts
    }
  }
  io_uring_cq_advance(&ring_, count);
}

void UringIo::on_receive(const io_uring_cqe& completion) {
  const auto slot = static_cast<Slot>(value_of(completion.user_data));
  if ((completion.flags & IORING_CQE_F_BUFFER) != 0) {
    take_datagram(slots_[slot], completion.flags >> IORING_CQE_BUFFER_SHIFT, completion.res);
  }
  if ((completion.flags & IORING_CQE_F_MORE) == 0) on_ended(slot);
}

/// Out of buffers, an error of the socket (ECONNREFUSED), or our own cancel.
void UringIo::on_ended(Slot slot) {
  ReceiveSlot& receive = slots_[slot];
  if (receive.state == SlotState::removing) {
    receive.state = SlotState::idle;
  } else if (receive.state == SlotState::armed) {
    receive.state = SlotState::waiting;
    waiting_.push_back(slot);
    ++rearmed_;
  }
}

void UringIo::take_datagram(ReceiveSlot& slot, unsigned buffer, int bytes) {
  io_uring_recvmsg_out* out = nullptr;
  if (bytes > 0) out = io_uring_recvmsg_validate(buffer_at(buffer), bytes, &shape_);
  if (out == nullptr || slot.state == SlotState::removing) return recycle(buffer);
  const auto* payload = static_cast<const std::uint8_t*>(io_uring_recvmsg_payload(out, &shape_));
  Datagram datagram{.token = slot.token,
                    .source = static_cast<const sockaddr*>(io_uring_recvmsg_name(out)),
                    .bytes = {payload, io_uring_recvmsg_payload_length(out, bytes, &shape_)},
                    .truncated = (out->flags & MSG_TRUNC) != 0};
  if (out->controllen != 0) datagram.stamped = kernel_stamp(io_uring_recvmsg_cmsg_firsthdr(out, &shape_));
  received_.push_back(datagram);
  received_buffers_.push_back(buffer);
}

void UringIo::recycle(unsigned buffer) {
  io_uring_buf_ring_add(buffer_ring_, buffer_at(buffer), kReceiveBufferBytes,
                        static_cast<std::uint16_t>(buffer), io_uring_buf_ring_mask(limits_.receive_buffers),
                        0);
  io_uring_buf_ring_advance(buffer_ring_, 1);
}

}  // namespace tonearm::media
