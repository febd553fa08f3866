// The reference that the server's media cost is measured against: the same packets and the same batching, and
// nothing else. N calls of G.711 at 20 ms, each a socket that sends and receives, spread over 20 phases of 1
// ms, one thread, one io_uring, on core 0. The callers run on core 1.
//
//   duplex_loop [--calls 500] [--seconds 10] [--json]
//
// Reports CPU of the loop's thread per call and tick [µs], and how late ticks were.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <liburing.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <time.h>

#include "callers.hpp"
#include "command.hpp"

namespace {

using namespace tonearm::bench;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr unsigned kPhases = 20;
constexpr unsigned kBuffers = 4096;
constexpr std::size_t kBufferBytes = 2048;

struct Settings {
  unsigned calls = 500;
  unsigned seconds = 10;
  bool json = false;
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

struct Call {
  LoopbackSocket here;
  sockaddr_in caller{};
  std::array<std::uint8_t, kPacketBytes> packet{};
};

/// The loop under measurement.
class Loop {
 public:
  explicit Loop(std::vector<Call>& calls) : calls_(calls) {
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE;
    parameters.cq_entries = 4 * kBuffers;
    if (io_uring_queue_init_params(1024, &ring_, &parameters) != 0) fail("io_uring");
    open_buffers();
    shape_.msg_namelen = sizeof(sockaddr_in6);
    for (std::size_t i = 0; i < calls_.size(); ++i) arm(i);
    io_uring_submit(&ring_);
  }
  ~Loop() { io_uring_queue_exit(&ring_); }

  void run(Clock::time_point until) {
    const auto start = Clock::now();
    for (std::uint64_t tick = 1;; ++tick) {
      const auto due = start + milliseconds(tick);
      std::this_thread::sleep_until(due);
      const auto now = Clock::now();
      if (now >= until) return;
      lateness_.push_back(now - due);
      receive();
      for (std::size_t i = tick % kPhases; i < calls_.size(); i += kPhases) send(calls_[i]);
      io_uring_submit(&ring_);
    }
  }

  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::vector<Clock::duration>& lateness() { return lateness_; }

 private:
  void open_buffers() {
    void* ring = nullptr;
    if (::posix_memalign(&ring, 4096, kBuffers * sizeof(io_uring_buf)) != 0) fail("memory");
    buffer_ring_ = static_cast<io_uring_buf_ring*>(ring);
    buffers_.resize(kBuffers * kBufferBytes);
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uintptr_t>(ring);
    registration.ring_entries = kBuffers;
    if (io_uring_register_buf_ring(&ring_, &registration, 0) != 0) fail("buffers");
    io_uring_buf_ring_init(buffer_ring_);
    for (unsigned i = 0; i < kBuffers; ++i) recycle(i);
  }
  void recycle(unsigned index) {
    io_uring_buf_ring_add(buffer_ring_, buffers_.data() + index * kBufferBytes, kBufferBytes,
                          static_cast<std::uint16_t>(index), io_uring_buf_ring_mask(kBuffers), 0);
    io_uring_buf_ring_advance(buffer_ring_, 1);
  }
  io_uring_sqe* next_sqe() {
    io_uring_sqe* sqe = nullptr;
    while ((sqe = io_uring_get_sqe(&ring_)) == nullptr) io_uring_submit(&ring_);
    return sqe;
  }
  void arm(std::size_t call) {
    io_uring_sqe* sqe = next_sqe();
    io_uring_prep_recvmsg_multishot(sqe, calls_[call].here.fd, &shape_, 0);
    io_uring_sqe_set_flags(sqe, IOSQE_BUFFER_SELECT);
    io_uring_sqe_set_data64(sqe, call);
  }
  void receive() {
    io_uring_get_events(&ring_);
    unsigned head = 0;
    unsigned count = 0;
    io_uring_cqe* completion = nullptr;
    io_uring_for_each_cqe(&ring_, head, completion) {
      ++count;
      if ((completion->flags & IORING_CQE_F_BUFFER) != 0) {
        if (completion->res > 0) ++received;
        recycle(completion->flags >> IORING_CQE_BUFFER_SHIFT);
      }
      if ((completion->flags & IORING_CQE_F_MORE) == 0) ended_.push_back(completion->user_data);
    }
    io_uring_cq_advance(&ring_, count);
    for (const auto call : ended_) arm(call);
    ended_.clear();
  }
  void send(Call& call) {
    io_uring_sqe* sqe = next_sqe();
    io_uring_prep_send(sqe, call.here.fd, call.packet.data(), call.packet.size(),
                       MSG_DONTWAIT | MSG_NOSIGNAL);
    io_uring_prep_send_set_addr(sqe, reinterpret_cast<sockaddr*>(&call.caller), sizeof call.caller);
    io_uring_sqe_set_flags(sqe, IOSQE_CQE_SKIP_SUCCESS);
    ++sent;
  }

  std::vector<Call>& calls_;
  io_uring ring_{};
  io_uring_buf_ring* buffer_ring_ = nullptr;
  std::vector<std::uint8_t> buffers_;
  msghdr shape_{};
  std::vector<std::uint64_t> ended_;
  std::vector<Clock::duration> lateness_;
};

double thread_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double microseconds(Clock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

void print(const Settings& settings, Loop& loop, double cpu) {
  auto& late = loop.lateness();
  std::ranges::sort(late);
  const double ticks = static_cast<double>(settings.calls) * settings.seconds * 50;
  const double per_call = cpu * 1e6 / ticks;
  const double p99 = microseconds(late[late.size() * 99 / 100]);
  const double worst = microseconds(late.back());
  std::printf(settings.json
                  ? "{\"calls\":%u,\"seconds\":%u,\"cpu_us_per_call_and_tick\":%.3f,\"cpu_share\":%.4f,"
                    "\"lateness_p99_us\":%.1f,\"lateness_max_us\":%.1f,\"sent\":%llu,\"received\":%llu}\n"
                  : "calls %u, %u s: %.3f µs CPU per call and tick (%.4f of a core), lateness p99 %.1f µs, "
                    "max %.1f µs, "
                    "sent %llu, received %llu\n",
              settings.calls, settings.seconds, per_call, cpu / settings.seconds, p99, worst,
              static_cast<unsigned long long>(loop.sent), static_cast<unsigned long long>(loop.received));
}

}  // namespace

int main(int count, char** words) {
  Settings settings;
  CLI::App app("The packets of calls and nothing else: what the kernel charges for them.", "duplex_loop");
  add_count(app, "--calls", settings.calls, "calls");
  add_count(app, "--seconds", settings.seconds, "of the measurement");
  app.add_flag("--json", settings.json, "print one JSON object");
  parse(app, count, words);
  raise_descriptors();
  std::vector<Call> calls(settings.calls);
  Callers callers(settings.calls);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    calls[i].here = open_loopback_socket();
    calls[i].caller = callers.address(i);
    calls[i].packet.fill(0xFF);
    calls[i].packet[0] = 0x80;
    callers.set_target(i, calls[i].here.local);
  }
  callers.start();
  pin_to(0);
  // As the server's media threads, where permitted.
  const sched_param fifo{.sched_priority = 10};
  ::pthread_setschedparam(::pthread_self(), SCHED_FIFO, &fifo);
  {
    Loop loop(calls);
    loop.lateness().reserve(settings.seconds * 1000ULL + 1000);
    const double before = thread_cpu_seconds();
    loop.run(Clock::now() + std::chrono::seconds(settings.seconds));
    print(settings, loop, thread_cpu_seconds() - before);
  }
}
