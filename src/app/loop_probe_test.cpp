#include "app/loop_probe.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace tonearm::app {
namespace {

/// Runs what it was given when the test says so.
struct HeldLoop {
  std::vector<std::function<void()>> tasks;

  [[nodiscard]] LoopProbe::Post post() {
    return [this](std::function<void()> task) { tasks.push_back(std::move(task)); };
  }
  void run() {
    for (const auto& task : std::exchange(tasks, {})) task();
  }
};

TEST(loop_probe, is_alive_only_while_every_loop_runs_what_it_is_given) {
  HeldLoop first, second;
  LoopProbe probe;
  probe.watch({first.post(), second.post()});
  EXPECT_TRUE(probe.alive());
  EXPECT_FALSE(probe.alive());
  first.run();
  EXPECT_FALSE(probe.alive());
  second.run();
  EXPECT_TRUE(probe.alive());
}

TEST(loop_probe, gives_a_stuck_loop_nothing_more) {
  HeldLoop stuck;
  LoopProbe probe;
  probe.watch({stuck.post()});
  for (int question = 0; question < 5; ++question) probe.alive();
  EXPECT_EQ(stuck.tasks.size(), 1u);
}

TEST(loop_probe, gives_nothing_once_closed) {
  HeldLoop loop;
  LoopProbe probe;
  probe.watch({loop.post()});
  probe.close();
  EXPECT_FALSE(probe.alive());
  EXPECT_TRUE(loop.tasks.empty());
}

}  // namespace
}  // namespace tonearm::app
