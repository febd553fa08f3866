#include "media/packet_io.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "media/uring_io.hpp"

namespace tonearm::media {
namespace {

constexpr std::chrono::seconds kPatience{10};

/// A UDP socket on loopback.
class Udp {
 public:
  explicit Udp(int send_buffer = 0) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    if (send_buffer != 0) ::setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address_), sizeof address_);
    socklen_t length = sizeof address_;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address_), &length);
  }
  ~Udp() { ::close(fd_); }
  Udp(const Udp&) = delete;
  Udp& operator=(const Udp&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
  void send(const Udp& to, const std::string& text) const {
    ASSERT_EQ(::sendto(fd_, text.data(), text.size(), 0, to.address(), sizeof address_),
              static_cast<ssize_t>(text.size()));
  }
  /// `count` of them: a busy machine may deliver late even on loopback.
  [[nodiscard]] std::vector<std::string> read(std::size_t count) const {
    std::vector<std::string> texts = read_all();
    const auto deadline = base::SteadyClock::now() + kPatience;
    while (texts.size() < count && base::SteadyClock::now() < deadline) {
      pollfd poll{.fd = fd_, .events = POLLIN, .revents = 0};
      ::poll(&poll, 1, 100);
      for (auto& text : read_all()) texts.push_back(std::move(text));
    }
    return texts;
  }
  [[nodiscard]] std::vector<std::string> read_all() const {
    std::vector<std::string> texts;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = ::recv(fd_, buffer.data(), buffer.size(), 0)) >= 0;)
      texts.emplace_back(buffer.data(), static_cast<std::size_t>(n));
    return texts;
  }

 private:
  int fd_;
  sockaddr_in address_{};
};

class PacketIoTest : public ::testing::TestWithParam<IoBackend> {
 protected:
  void open(IoLimits limits = {}) {
    auto io = make_packet_io(GetParam(), limits);
    if (!io) GTEST_SKIP() << io.error().message();
    io_ = std::move(*io);
  }
  /// Texts until `count` have come.
  std::vector<std::string> receive(std::size_t count) {
    std::vector<std::string> texts;
    const auto deadline = base::SteadyClock::now() + kPatience;
    while (texts.size() < count && base::SteadyClock::now() < deadline) {
      for (const Datagram& datagram : io_->drain()) {
        texts.emplace_back(reinterpret_cast<const char*>(datagram.bytes.data()), datagram.bytes.size());
        last_ = datagram;
      }
      io_->flush();
    }
    return texts;
  }
  void remove(PacketIo::Slot slot) {
    io_->remove(slot);
    const auto deadline = base::SteadyClock::now() + kPatience;
    while (!io_->is_idle(slot)) {
      ASSERT_LT(base::SteadyClock::now(), deadline);
      io_->flush();
      io_->drain();
    }
  }
  OutgoingPacket packet(const Udp& from, const Udp& to, const std::string& text, IoToken token = 0) {
    return {.fd = from.fd(),
            .to = to.address(),
            .to_length = sizeof(sockaddr_in),
            .bytes = {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
            .token = token};
  }

  std::unique_ptr<PacketIo> io_;
  Datagram last_;
};

TEST_P(PacketIoTest, what_is_flushed_has_arrived) {
  open();
  const Udp here;
  const Udp there;
  const std::string text = "one";
  io_->stage(packet(here, there, text));
  EXPECT_TRUE(there.read_all().empty());
  EXPECT_TRUE(io_->flush().empty());
  EXPECT_EQ(there.read(1), std::vector<std::string>{"one"});
}

TEST_P(PacketIoTest, more_packets_than_a_batch_leave_in_order) {
  open({.receive_buffers = 64, .batch = 8});
  const Udp here;
  const Udp there;
  std::vector<std::string> texts;
  for (int i = 0; i < 100; ++i) texts.push_back(std::to_string(i));
  for (const auto& text : texts) io_->stage(packet(here, there, text));
  EXPECT_TRUE(io_->flush().empty());
  EXPECT_EQ(there.read(texts.size()), texts);
}

TEST_P(PacketIoTest, datagrams_come_with_their_token_and_source) {
  open();
  const Udp here;
  const Udp there;
  const auto slot = io_->add(here.fd(), 42);
  io_->flush();
  there.send(here, "hello");
  EXPECT_EQ(receive(1), std::vector<std::string>{"hello"});
  EXPECT_EQ(last_.token, 42U);
  sockaddr_in source{};
  std::memcpy(&source, last_.source, sizeof source);
  sockaddr_in expected{};
  std::memcpy(&expected, there.address(), sizeof expected);
  EXPECT_EQ(source.sin_port, expected.sin_port);
  remove(slot);
}

TEST_P(PacketIoTest, a_receive_that_the_kernel_ends_for_want_of_buffers_goes_on) {
  open({.receive_buffers = 4, .batch = 16});
  const Udp here;
  const Udp there;
  const auto slot = io_->add(here.fd(), 1);
  io_->flush();
  for (int i = 0; i < 50; ++i) there.send(here, std::to_string(i));
  EXPECT_EQ(receive(50).size(), 50U);
  if (auto* uring = dynamic_cast<UringIo*>(io_.get())) {
    EXPECT_GT(uring->rearmed(), 0U);
  }
  remove(slot);
}

TEST_P(PacketIoTest, an_oversized_datagram_is_marked_as_truncated) {
  open();
  const Udp here;
  const Udp there;
  const auto slot = io_->add(here.fd(), 1);
  io_->flush();
  there.send(here, std::string(4000, 'x'));
  ASSERT_EQ(receive(1).size(), 1U);
  EXPECT_TRUE(last_.truncated);
  there.send(here, "");
  there.send(here, "short");
  EXPECT_EQ(receive(2).back(), "short");
  EXPECT_FALSE(last_.truncated);
  remove(slot);
}

TEST_P(PacketIoTest, kernel_stamps_come_if_the_socket_asks_for_them) {
  open();
  const Udp here;
  const Udp there;
  const int on = 1;
  ::setsockopt(here.fd(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  const auto slot = io_->add(here.fd(), 1);
  io_->flush();
  there.send(here, "x");
  ASSERT_EQ(receive(1).size(), 1U);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_LT(now - last_.stamped, std::chrono::minutes(1));
  remove(slot);
}

TEST_P(PacketIoTest, after_removal_nothing_more_is_taken_from_a_socket) {
  open();
  const Udp here;
  const Udp there;
  const auto slot = io_->add(here.fd(), 1);
  io_->flush();
  remove(slot);
  there.send(here, "late");
  io_->flush();
  EXPECT_TRUE(io_->drain().empty());
  EXPECT_EQ(here.read(1), std::vector<std::string>{"late"});
}

/// A datagram socket whose reader does not read is full after a few, on every machine, which UDP on loopback
/// never is.
TEST_P(PacketIoTest, a_send_that_would_block_is_dropped_and_never_leaves_later) {
  open();
  std::array<int, 2> pair{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair.data()), 0);
  constexpr std::size_t kMany = 5000;
  const std::uint8_t byte = 7;
  std::size_t failed = 0;
  for (std::size_t i = 0; i < kMany; ++i) {
    io_->stage({.fd = pair[0], .to = nullptr, .to_length = 0, .bytes = {&byte, 1}, .token = 77});
    if (i % 500 != 499) continue;
    for (const SendFailure& failure : io_->flush()) {
      EXPECT_EQ(failure.token, 77U);
      EXPECT_EQ(failure.error, EAGAIN);
      ++failed;
    }
  }
  EXPECT_GT(failed, 0U);
  const auto read_all = [&] {
    std::size_t got = 0;
    std::array<std::uint8_t, 16> buffer{};
    while (::recv(pair[1], buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) ++got;
    return got;
  };
  EXPECT_EQ(read_all(), kMany - failed);
  // There is room now. A send that the kernel had kept to itself would use it.
  io_->drain();
  EXPECT_TRUE(io_->flush().empty());
  EXPECT_EQ(read_all(), 0U);
  ::close(pair[0]);
  ::close(pair[1]);
}

TEST_P(PacketIoTest, a_send_that_is_not_permitted_fails_with_its_token) {
  open();
  const Udp here;
  const std::string text = "x";
  OutgoingPacket bad = packet(here, here, text, 77);
  sockaddr_in nowhere{};
  nowhere.sin_family = AF_INET;
  nowhere.sin_addr.s_addr = htonl(INADDR_BROADCAST);  // not permitted without SO_BROADCAST
  nowhere.sin_port = htons(9);
  bad.to = reinterpret_cast<const sockaddr*>(&nowhere);
  io_->stage(bad);
  const auto failures = io_->flush();
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].token, 77U);
  EXPECT_EQ(failures[0].error, EACCES);
  EXPECT_TRUE(io_->flush().empty());
}

TEST(PacketIoProbe, where_io_uring_refuses_the_fallback_is_taken_unless_io_uring_was_demanded) {
  const IoLimits refused{.receive_buffers = 3, .batch = 16};  // no power of two: the kernel registers no ring
  EXPECT_FALSE(make_packet_io(IoBackend::uring, refused));
  const auto io = make_packet_io(IoBackend::automatic, refused);
  ASSERT_TRUE(io);
  EXPECT_EQ((*io)->name(), make_packet_io(IoBackend::mmsg, {}).value()->name());
}

INSTANTIATE_TEST_SUITE_P(Backends, PacketIoTest, ::testing::Values(IoBackend::uring, IoBackend::mmsg),
                         [](const auto& backend) {
                           return backend.param == IoBackend::uring ? "uring" : "mmsg";
                         });

}  // namespace
}  // namespace tonearm::media
