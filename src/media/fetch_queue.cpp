#include "media/fetch_queue.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.hpp"

namespace tonearm::media {
namespace {

/// Scheme, host and port.
std::string origin_of(const std::string& url) {
  const auto scheme = url.find("://");
  return url.substr(0, url.find_first_of("/?#", scheme == std::string::npos ? 0 : scheme + 3));
}

}  // namespace

struct FetchQueue::State : std::enable_shared_from_this<State> {
  using Id = std::uint64_t;
  struct Waiting {
    Id id = 0;
    FetchRequest request;
    Done done;
    base::TimePoint asked;
  };
  struct Host {
    std::deque<Waiting> waiting;
    std::size_t running = 0;
  };
  struct Running {
    std::string host;
    std::function<void()> give_up;  // empty until the fetcher has said how
  };

  State(PromptFetcher& inner, Limits bounds) : fetcher(inner), limits(bounds) {}

  std::function<void()> add(FetchRequest request, Done done);
  std::optional<Waiting> take_next();
  void start(Waiting next);
  void start_due();
  void release(Id id);
  void give_up(Id id, const std::string& host);

  PromptFetcher& fetcher;
  const Limits limits;
  std::mutex mutex;  // guards all below
  Id last_id = 0;
  std::map<std::string, Host> hosts;  // those with something that waits or runs
  std::string last_host;              // whose turn it was
  std::map<Id, Running> running;
};

std::function<void()> FetchQueue::State::add(FetchRequest request, Done done) {
  const std::string host = origin_of(request.url);
  Id id = 0;
  {
    const std::lock_guard lock(mutex);
    id = ++last_id;
    hosts[host].waiting.push_back({id, std::move(request), std::move(done), base::SteadyClock::now()});
  }
  start_due();
  return [weak = weak_from_this(), id, host] {
    if (const auto state = weak.lock()) state->give_up(id, host);
  };
}

/// With its place among the running, if there is one.
std::optional<FetchQueue::State::Waiting> FetchQueue::State::take_next() {
  const std::lock_guard lock(mutex);
  if (running.size() >= limits.at_once) return std::nullopt;
  const auto can_start = [this](const auto& host) {
    return !host.second.waiting.empty() && host.second.running < limits.of_one_host;
  };
  auto turn = std::find_if(hosts.upper_bound(last_host), hosts.end(), can_start);
  if (turn == hosts.end()) turn = std::find_if(hosts.begin(), hosts.end(), can_start);
  if (turn == hosts.end()) return std::nullopt;
  Waiting next = std::move(turn->second.waiting.front());
  turn->second.waiting.pop_front();
  ++turn->second.running;
  last_host = turn->first;
  running[next.id].host = turn->first;
  return next;
}

void FetchQueue::State::start(Waiting next) {
  const Id id = next.id;
  const auto waited =
      std::chrono::duration_cast<std::chrono::milliseconds>(base::SteadyClock::now() - next.asked);
  if (waited >= next.request.timeout) {
    release(id);
    return next.done(std::unexpected("timed out"));
  }
  next.request.timeout -= waited;
  auto give_up = fetcher.fetch(std::move(next.request), [state = shared_from_this(), id,
                                                         done = std::move(next.done)](Result file) mutable {
    state->release(id);
    done(std::move(file));
    state->start_due();
  });
  {
    const std::lock_guard lock(mutex);
    const auto found = running.find(id);
    if (found == running.end()) return;  // it is done
    found->second.give_up = std::move(give_up);
  }
}

void FetchQueue::State::start_due() {
  while (auto next = take_next()) start(std::move(*next));
}

void FetchQueue::State::release(Id id) {
  const std::lock_guard lock(mutex);
  const auto found = running.find(id);
  if (found == running.end()) return;
  const auto host = hosts.find(found->second.host);
  running.erase(found);
  if (--host->second.running == 0 && host->second.waiting.empty()) hosts.erase(host);
}

void FetchQueue::State::give_up(Id id, const std::string& host) {
  std::function<void()> give_up_running;
  {
    const std::lock_guard lock(mutex);
    if (const auto found = running.find(id); found != running.end()) {
      give_up_running = std::exchange(found->second.give_up, nullptr);
    } else if (const auto known = hosts.find(host); known != hosts.end()) {
      std::erase_if(known->second.waiting, [&](const Waiting& one) { return one.id == id; });
      if (known->second.waiting.empty() && known->second.running == 0) hosts.erase(known);
    }
  }
  if (!give_up_running) return;
  give_up_running();
  release(id);
  start_due();
}

FetchQueue::FetchQueue(PromptFetcher& fetcher, Limits limits)
    : state_(std::make_shared<State>(fetcher, limits)) {}

FetchQueue::~FetchQueue() = default;

std::function<void()> FetchQueue::fetch(FetchRequest request, Done done) {
  return state_->add(std::move(request), std::move(done));
}

}  // namespace tonearm::media
