#include "media/packet_io.hpp"

#include <utility>

#include "media/mmsg_io.hpp"
#include "media/uring_io.hpp"

namespace tonearm::media {

base::Result<std::unique_ptr<PacketIo>> make_packet_io(IoBackend backend, IoLimits limits) {
  if (backend != IoBackend::mmsg) {
    auto uring = UringIo::make(limits);
    if (uring || backend == IoBackend::uring) return uring;
  }
  return std::make_unique<MmsgIo>(limits);
}

}  // namespace tonearm::media
