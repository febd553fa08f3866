#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <vector>

#include "media/testing/bad_path.hpp"
#include "rtp_ear.hpp"
#include "sockets.hpp"

namespace tonearm::testing {

/// A bad network between a phone and a server, for one UDP flow: what either sends is relayed as the rules of
/// that direction say. The phone sends to `phone_side`; the server sees it come from `server_side`. Where the
/// phone is, is told or learned from what it sends, so that this can also be a NAT: the server sees a port of
/// it, and nothing comes in before something went out.
/// Threading: own thread; everything public is thread-safe.
class Impairer {
 public:
  using BadPath = media::testing::BadPath;
  struct Rules {
    BadPath::Rules to_server;
    BadPath::Rules to_phone;
    unsigned seed = 1;
  };

  /// Binds both sides to free ports of `address`.
  explicit Impairer(const Rules& rules, std::string address = "127.0.0.1");
  ~Impairer();

  [[nodiscard]] base::Endpoint phone_side() const { return phone_side_.local(); }
  [[nodiscard]] base::Endpoint server_side() const;
  /// Before that, what the phone sends is dropped.
  void set_server(const base::Endpoint& server);
  void set_phone(const base::Endpoint& phone);
  /// What the phone sends from now on comes from another port to the server. What still comes to the old one
  /// is written down and lost.
  void move();

  /// RTP of the server, before anything was done to it.
  [[nodiscard]] std::vector<HeardPacket> from_server() const;
  /// Packets of the phone, and what became of them.
  [[nodiscard]] BadPath::Counts to_server() const;
  /// By how much a busy machine has delayed one of them beyond that, at most.
  [[nodiscard]] std::chrono::nanoseconds own_delay() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Packet {
    Clock::time_point due;
    std::uint64_t number = 0;           // in the order in which they came
    std::shared_ptr<Socket> to_server;  // else to the phone
    std::string bytes;
    bool operator>(const Packet& other) const {
      return due != other.due ? due > other.due : number > other.number;
    }
  };

  void run(const std::stop_token& stop);
  void take_from_phone();
  void take_from_server();
  void hold(const std::string& bytes, const std::shared_ptr<Socket>& to_server);
  /// Sends what is due. When the next one is, at most 50 ms from now.
  Clock::duration send_due();

  const std::string address_;
  Socket phone_side_;
  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<Socket> server_side_;
  std::shared_ptr<Socket> old_server_side_;  // if it has moved
  base::Endpoint server_;
  base::Endpoint phone_;
  BadPath to_server_;
  BadPath to_phone_;
  std::priority_queue<Packet, std::vector<Packet>, std::greater<>> held_;
  std::uint64_t packets_ = 0;
  std::vector<HeardPacket> from_server_;
  std::chrono::nanoseconds taken_late_{0};
  std::chrono::nanoseconds sent_late_{0};
  std::jthread relay_;
};

}  // namespace tonearm::testing
