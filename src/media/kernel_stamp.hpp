#pragma once

#include <chrono>
#include <cstring>

#include <sys/socket.h>

namespace tonearm::media {

/// Room for one SCM_TIMESTAMPNS control message.
inline constexpr std::size_t kControlBytes = CMSG_SPACE(sizeof(timespec));

/// The kernel's arrival time out of one control message, or 0.
inline std::chrono::nanoseconds kernel_stamp(const cmsghdr* message) {
  if (message == nullptr || message->cmsg_level != SOL_SOCKET || message->cmsg_type != SCM_TIMESTAMPNS)
    return {};
  timespec time;
  std::memcpy(&time, CMSG_DATA(message), sizeof time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace tonearm::media
