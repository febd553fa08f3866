#include "net/runtime.hpp"

#include <algorithm>
#include <exception>
#include <string>

#include <pthread.h>

#include "base/log.hpp"

namespace tonearm::net {
namespace {

void run(asio::io_context& context, unsigned index) {
  pthread_setname_np(pthread_self(), ("net/" + std::to_string(index)).c_str());
  while (!context.stopped()) {
    try {
      context.run();
    } catch (const std::exception& error) {
      // A handler must not throw; the others on this thread must not pay for it.
      spdlog::error("net: a handler threw: {}", error.what());
    }
  }
}

}  // namespace

Runtime::Runtime(unsigned threads) {
  for (unsigned index = 0; index < std::max(threads, 1u); ++index) {
    contexts_.push_back(std::make_unique<Context>());
    guards_.emplace_back(contexts_.back()->get_executor());
    threads_.emplace_back([context = contexts_.back().get(), index] { run(*context, index); });
    clocks_.emplace_back(threads_.back().native_handle());
  }
}

Runtime::~Runtime() {
  stop();
  guards_.clear();
  for (auto& context : contexts_) context->shutdown();
}

asio::io_context& Runtime::next() {
  return *contexts_[turn_.fetch_add(1, std::memory_order_relaxed) % contexts_.size()];
}

std::vector<std::chrono::nanoseconds> Runtime::cpu_times() const {
  std::vector<std::chrono::nanoseconds> times;
  for (const base::ThreadClock& clock : clocks_) times.push_back(clock.used());
  return times;
}

void Runtime::stop() {
  for (auto& context : contexts_) context->stop();
  threads_.clear();  // joins
}

}  // namespace tonearm::net
