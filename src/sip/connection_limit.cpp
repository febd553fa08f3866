#include "sip/connection_limit.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <string>
#include <tuple>

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/back_off.hpp"
#include "sip/libre.hpp"

namespace tonearm::sip {
namespace {

// Looking through all descriptors takes milliseconds; a flood of connections may not make us do only that.
constexpr std::chrono::milliseconds kPace{200};

template <class GetName>
base::Endpoint endpoint_of(int descriptor, GetName get_name) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (get_name(descriptor, generic, &length) != 0) return {};
  return base::Endpoint::from_sockaddr(generic);
}

bool is_listening_stream(int descriptor) {
  int type = 0;
  int listening = 0;
  socklen_t length = sizeof type;
  if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_STREAM) return false;
  length = sizeof listening;
  return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening != 0;
}

std::vector<int> descriptors_at(const base::Endpoint& local) {
  std::vector<int> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    const int descriptor = std::atoi(entry.path().filename().c_str());
    if (endpoint_of(descriptor, getsockname) == local) found.push_back(descriptor);
  }
  return found;
}

}  // namespace

std::size_t ConnectionLimit::usual() {
  constexpr std::size_t kMost = 10'000;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kMost;
  return std::clamp<std::size_t>(limit.rlim_cur / 4, 1, kMost);
}

ConnectionLimit::ConnectionLimit(Loop& loop, const base::Endpoint& local, std::size_t most)
    : loop_(loop), local_(local), most_(most) {
  const std::vector<int> ours = descriptors_at(local);
  const auto listening = std::ranges::find_if(ours, is_listening_stream);
  if (listening == ours.end()) return;
  watched_ = dup(*listening);
  if (watched_ >= 0) fd_listen(watched_, FD_READ, on_arrival, this);
}

ConnectionLimit::~ConnectionLimit() {
  if (sweep_) loop_.cancel(*sweep_);
  if (watched_ < 0) return;
  fd_close(watched_);
  close(watched_);
}

void ConnectionLimit::on_arrival(int, void* self) {
  auto& limit = *static_cast<ConnectionLimit*>(self);
  ++limit.arrived_;
  if (limit.sweep_ || limit.known_.size() + limit.arrived_ <= limit.most_) return;
  limit.sweep_ = limit.loop_.after(kPace, [&limit] { limit.sweep(); });
}

std::vector<ConnectionLimit::Connection> ConnectionLimit::connections() const {
  std::vector<Connection> found;
  for (const int descriptor : descriptors_at(local_)) {
    const base::Endpoint remote = endpoint_of(descriptor, getpeername);
    if (!remote.empty()) found.emplace_back(descriptor, remote);
  }
  return found;
}

/// Each time the last one of whoever has most, so that a flood from one address costs itself; of the newest
/// where several have as many.
std::vector<ConnectionLimit::Connection> ConnectionLimit::choose(const std::vector<Connection>& all,
                                                                 std::size_t count) {
  std::map<std::string, std::vector<std::size_t>> by_source;  // places in `all`
  for (std::size_t i = 0; i < all.size(); ++i)
    by_source[base::source_key(all[i].second.address)].push_back(i);
  std::set<std::tuple<std::size_t, std::size_t, std::string>> ranked;  // how many, the last of them, whose
  for (const auto& [source, places] : by_source) ranked.emplace(places.size(), places.back(), source);
  std::vector<Connection> chosen;
  while (chosen.size() < count) {
    const auto [has, last, source] = *ranked.rbegin();
    ranked.erase(std::prev(ranked.end()));
    chosen.push_back(all[last]);
    std::vector<std::size_t>& places = by_source[source];
    places.pop_back();
    if (!places.empty()) ranked.emplace(places.size(), places.back(), source);
  }
  return chosen;
}

void ConnectionLimit::sweep() {
  sweep_.reset();
  arrived_ = 0;
  std::vector<Connection> all = connections();
  // Those that were there before are the oldest: phones have registered over them.
  std::stable_partition(all.begin(), all.end(), [this](const auto& one) { return known_.contains(one); });
  const std::size_t surplus = all.size() - std::min(all.size(), most_);
  known_ = {all.begin(), all.end()};
  for (const Connection& one : choose(all, surplus)) {
    shutdown(one.first, SHUT_RDWR);
    known_.erase(one);
  }
  if (surplus > 0) {
    spdlog::warn("sip: {} has {} connections, its most; {} more were closed", local_.to_string(),
                 known_.size(), surplus);
  }
}

}  // namespace tonearm::sip
