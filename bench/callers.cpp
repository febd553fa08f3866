#include "callers.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tonearm::bench {
namespace {

constexpr std::size_t kPhases = 20;
constexpr std::uint8_t kSpoken = 0x55;  // PCMU, anything but silence

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

void put_big_endian(std::uint8_t* at, std::uint32_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) at[i] = static_cast<std::uint8_t>(value >> 8 * (bytes - 1 - i));
}

}  // namespace

void pin_to(unsigned core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  ::pthread_setaffinity_np(::pthread_self(), sizeof set, &set);
}

void raise_descriptors() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

LoopbackSocket open_loopback_socket() {
  LoopbackSocket socket;
  socket.fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket.fd < 0) fail("socket");
  socket.local.sin_family = AF_INET;
  socket.local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(socket.fd, reinterpret_cast<sockaddr*>(&socket.local), sizeof socket.local) != 0) fail("bind");
  socklen_t length = sizeof socket.local;
  ::getsockname(socket.fd, reinterpret_cast<sockaddr*>(&socket.local), &length);
  return socket;
}

Callers::Callers(std::size_t count) : calls_(count) {
  std::uint32_t ssrc = 0x10000;
  for (Caller& caller : calls_) {
    caller.socket = open_loopback_socket();
    caller.packet.fill(kSpoken);
    caller.packet[0] = 0x80;
    caller.packet[1] = 0;  // PCMU
    put_big_endian(&caller.packet[8], ++ssrc, 4);
  }
}

Callers::~Callers() {
  stop();
  for (const Caller& caller : calls_) ::close(caller.socket.fd);
}

void Callers::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Callers::stop() {
  thread_ = {};
}

void Callers::run(const std::stop_token& stop) {
  pin_to(1);
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t tick = 1; !stop.stop_requested(); ++tick) {
    std::this_thread::sleep_until(start + std::chrono::milliseconds(tick));
    for (std::size_t i = tick % kPhases; i < calls_.size(); i += kPhases) exchange(calls_[i]);
  }
}

void Callers::exchange(Caller& caller) {
  std::array<std::uint8_t, 2048> heard;
  while (::recv(caller.socket.fd, heard.data(), heard.size(), 0) > 0) ++heard_;
  if (caller.target.sin_port == 0) return;
  ++caller.sequence;
  put_big_endian(&caller.packet[2], caller.sequence, 2);
  put_big_endian(&caller.packet[4], caller.sequence * 160U, 4);
  if (::sendto(caller.socket.fd, caller.packet.data(), caller.packet.size(), 0,
               reinterpret_cast<const sockaddr*>(&caller.target), sizeof caller.target) > 0)
    ++sent_;
}

}  // namespace tonearm::bench
