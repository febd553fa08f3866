#include "cli/signals.hpp"

#include <future>

#include <gtest/gtest.h>
#include <unistd.h>

namespace tonearm::cli {
namespace {

TEST(signal_watch, hands_over_each_signal_and_ends_without_one) {
  const Signals signals;
  std::promise<int> first;
  {
    const SignalWatch watch(signals, [&](int signal) { first.set_value(signal); });
    ::kill(::getpid(), SIGHUP);
    EXPECT_EQ(first.get_future().get(), SIGHUP);
  }
  const SignalWatch idle(signals, [](int) { FAIL(); });
}

}  // namespace
}  // namespace tonearm::cli
