#include <algorithm>
#include <chrono>
#include <latch>
#include <mutex>
#include <vector>

#include <benchmark/benchmark.h>

#include "storage/test_support.hpp"

namespace tonearm::storage {
namespace {

using namespace testing;
using std::chrono::microseconds;

/// `range` calls commit a step with a notification each and wait for the answer, again and again: what an API
/// request under load waits for.
void commit_and_notification(benchmark::State& state) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  std::vector<call::SnapshotPtr> calls;
  for (std::int64_t i = 0; i < state.range(0); ++i) calls.push_back(some_call());
  std::vector<microseconds> waits;
  std::mutex mutex;
  std::uint64_t step = 0;
  for (auto _ : state) {
    ++step;
    std::latch written(state.range(0));
    const auto begin = base::SteadyClock::now();
    for (const auto& call : calls) {
      store->commit(some_commit(call, step, step), [&](std::error_code) {
        const std::lock_guard lock(mutex);
        waits.push_back(std::chrono::duration_cast<microseconds>(base::SteadyClock::now() - begin));
        written.count_down();
      });
    }
    written.wait();
  }
  std::ranges::sort(waits);
  state.counters["p50_us"] = static_cast<double>(waits[waits.size() / 2].count());
  state.counters["p99_us"] = static_cast<double>(waits[waits.size() * 99 / 100].count());
  state.counters["commits"] =
      benchmark::Counter(static_cast<double>(waits.size()), benchmark::Counter::kIsRate);
}
BENCHMARK(commit_and_notification)->Arg(1)->Arg(10)->Arg(100)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tonearm::storage
