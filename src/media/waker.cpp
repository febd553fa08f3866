#include "media/waker.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace tonearm::media {

Waker::Waker() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Waker::~Waker() {
  ::close(fd_);
}

void Waker::wake() noexcept {
  const eventfd_t one = 1;
  (void)!::write(fd_, &one, sizeof one);  // fails only when the counter is full: woken all the same
}

void Waker::wait(std::optional<base::TimePoint> until) noexcept {
  timespec left{};
  if (until) {
    const auto time = std::max<base::TimePoint::duration>(*until - base::SteadyClock::now(), {});
    left.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(time).count();
    left.tv_nsec = (time % std::chrono::seconds(1)).count();
  }
  pollfd poll{.fd = fd_, .events = POLLIN, .revents = 0};
  if (::ppoll(&poll, 1, until ? &left : nullptr, nullptr) <= 0) return;
  eventfd_t count = 0;
  (void)!::read(fd_, &count, sizeof count);
}

}  // namespace tonearm::media
