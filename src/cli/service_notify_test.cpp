#include "cli/service_notify.hpp"

#include <cstddef>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace tonearm::cli {
namespace {

TEST(service_manager, is_told_over_its_socket) {
  const std::string name = "@tonearm-test-" + std::to_string(getpid());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path, name.size());
  address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);

  ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  notify_service_manager("READY=1");
  ::unsetenv("NOTIFY_SOCKET");
  char text[64] = {};
  EXPECT_EQ(::recv(fd, text, sizeof text - 1, MSG_DONTWAIT), 7);
  EXPECT_STREQ(text, "READY=1");
  ::close(fd);
}

TEST(service_manager, that_is_not_there_is_no_error) {
  ::unsetenv("NOTIFY_SOCKET");
  notify_service_manager("READY=1");
  ::setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
  notify_service_manager("READY=1");
  ::unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace tonearm::cli
