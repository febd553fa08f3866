#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/endpoint.hpp"
#include "sip/loop.hpp"

namespace tonearm::sip {

/// Bounds what one listening address accepts over TCP. libre accepts whatever comes and tells nobody, so the
/// listening socket is watched a second time: each arrival is counted, and only when there may be too many
/// our descriptors are looked through. What is beyond the limit is shut down, which libre takes for the far
/// end's hanging up: the newest of the address that has most. Threading: the loop's thread.
class ConnectionLimit {
 public:
  ConnectionLimit(Loop& loop, const base::Endpoint& local, std::size_t most);
  ~ConnectionLimit();
  ConnectionLimit(const ConnectionLimit&) = delete;
  ConnectionLimit& operator=(const ConnectionLimit&) = delete;

  /// A quarter of the descriptors that this process may have, but not more than 10 000.
  [[nodiscard]] static std::size_t usual();

 private:
  using Connection = std::pair<int, base::Endpoint>;  // descriptor, far end

  static void on_arrival(int flags, void* self);
  void sweep();
  [[nodiscard]] std::vector<Connection> connections() const;
  [[nodiscard]] static std::vector<Connection> choose(const std::vector<Connection>& all, std::size_t count);

  Loop& loop_;
  const base::Endpoint local_;
  const std::size_t most_;
  int watched_ = -1;  // another descriptor of the listening socket
  std::set<Connection> known_;
  std::size_t arrived_ = 0;  // since then
  std::optional<Loop::TimerId> sweep_;
};

}  // namespace tonearm::sip
