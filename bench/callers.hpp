#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <netinet/in.h>

namespace tonearm::bench {

/// RTP of 12 bytes, G.711 of 160.
inline constexpr std::size_t kPacketBytes = 172;

/// Ties the calling thread, and what it starts, to a core.
void pin_to(unsigned core);

/// As many descriptors as the process may have.
void raise_descriptors();

/// An IPv4 loopback UDP socket on a free port; ends the process if there is none.
struct LoopbackSocket {
  int fd = -1;
  sockaddr_in local{};
};
LoopbackSocket open_loopback_socket();

/// The RTP side of N callers: each a socket that sends a packet every 20 ms and drops what comes. Both the
/// bare loop and the server are measured against this one generator. It never sleeps on a socket, so that who
/// sends to it does not pay for waking it.
///
/// Threading: set targets, then start; one thread of its own, on core 1.
class Callers {
 public:
  explicit Callers(std::size_t count);
  ~Callers();
  Callers(const Callers&) = delete;

  [[nodiscard]] std::size_t size() const { return calls_.size(); }
  [[nodiscard]] const sockaddr_in& address(std::size_t call) const { return calls_[call].socket.local; }
  void set_target(std::size_t call, const sockaddr_in& target) { calls_[call].target = target; }

  void start();
  void stop();
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t heard() const { return heard_; }

 private:
  struct Caller {
    LoopbackSocket socket;
    sockaddr_in target{};
    std::uint16_t sequence = 0;
    std::array<std::uint8_t, kPacketBytes> packet{};
  };
  void run(const std::stop_token& stop);
  void exchange(Caller& caller);

  std::vector<Caller> calls_;
  std::atomic<std::uint64_t> sent_ = 0;
  std::atomic<std::uint64_t> heard_ = 0;
  std::jthread thread_;
};

}  // namespace tonearm::bench
