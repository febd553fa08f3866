#include "cli/child_process.hpp"

#include <csignal>
#include <future>
#include <mutex>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace tonearm::cli {
namespace {

/// Runs a shell script to its end, gives its lines.
std::vector<std::string> lines_of(const std::string& script, ChildProcess::Setup setup = {}) {
  std::vector<std::string> lines;
  std::promise<void> ended;
  setup.program = "/bin/sh";
  setup.arguments = {"-c", script};
  setup.on_line = [&](std::string line) {
    line.empty() ? ended.set_value() : lines.push_back(std::move(line));
  };
  auto child = ChildProcess::start(std::move(setup));
  if (!child) return {child.error().message()};
  ended.get_future().wait();
  child->stop();
  return lines;
}

TEST(child_process, its_output_comes_line_by_line) {
  EXPECT_EQ(lines_of("echo one; echo two"), (std::vector<std::string>{"one", "two"}));
}

TEST(child_process, gets_the_environment_but_what_is_withheld) {
  ::setenv("CHILD_TEST_SECRET", "x", 1);
  ChildProcess::Setup setup;
  setup.environment = {{"GREETING", "hello"}};
  setup.withheld_prefix = "CHILD_TEST_";
  EXPECT_EQ(lines_of("echo $GREETING ${CHILD_TEST_SECRET:-unset}", std::move(setup)),
            std::vector<std::string>{"hello unset"});
}

TEST(child_process, inherits_a_descriptor_as_number_three) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  ASSERT_EQ(::write(ends[1], "through\n", 8), 8);
  ::close(ends[1]);
  ChildProcess::Setup setup;
  setup.inherited_fd = ends[0];
  EXPECT_EQ(lines_of("cat <&3", std::move(setup)), std::vector<std::string>{"through"});
  ::close(ends[0]);
}

TEST(child_process, stop_tells_how_it_ended_and_only_once) {
  auto child = ChildProcess::start({.program = "/bin/sh", .arguments = {"-c", "exec sleep 60"}});
  ASSERT_TRUE(child);
  EXPECT_EQ(child->stop(), 128 + SIGTERM);
  EXPECT_EQ(child->stop(), -1);
}

TEST(child_process, one_that_will_not_listen_is_killed) {
  std::promise<void> deaf;
  auto child =
      ChildProcess::start({.program = "/bin/sh",
                           .arguments = {"-c", "trap '' TERM; echo ready; while :; do sleep 60; done"},
                           .on_line = [&, first = true](std::string) mutable {
                             if (std::exchange(first, false)) deaf.set_value();
                           }});
  ASSERT_TRUE(child);
  deaf.get_future().wait();
  // Its own child holds the output open and must go with it.
  EXPECT_EQ(child->stop(std::chrono::milliseconds(50)), 128 + SIGKILL);
}

TEST(child_process, a_program_that_is_not_there_is_an_error_that_names_it) {
  const auto child = ChildProcess::start({.program = "/nonexistent/bot"});
  ASSERT_FALSE(child);
  EXPECT_NE(child.error().message().find("/nonexistent/bot"), std::string::npos);
}

}  // namespace
}  // namespace tonearm::cli
