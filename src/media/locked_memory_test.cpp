#include "media/locked_memory.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "media/encoded_prompt.hpp"
#include "media/testing/sanitized.hpp"

#ifndef TONEARM_SANITIZED

namespace tonearm::media {
namespace {

/// What the kernel says is locked of this process [KiB].
std::size_t locked_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::size_t value = 0;
    if (word == "VmLck:" && status >> value) return value;
  }
  return 0;
}

TEST(LockedMemory, a_prompt_is_locked_while_it_lives_where_that_is_permitted) {
  allow_locking();
  const std::size_t before = locked_kib();
  const auto refused = locks_refused();
  {
    EncodedPrompt prompt;
    prompt.audio[0].assign(100'000, 1);
    if (locks_refused() != refused) GTEST_SKIP() << "nothing can be locked here";
    EXPECT_EQ(locked_kib() - before, in_pages(100'000) / 1024);
  }
  EXPECT_EQ(locked_kib(), before);
}

TEST(LockedMemory, what_may_not_be_locked_is_served_all_the_same_and_counted) {
  // In a process of its own, which gives the right away for good.
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit nothing{.rlim_cur = 0, .rlim_max = 0};
    ::setrlimit(RLIMIT_MEMLOCK, &nothing);
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
    const auto before = locks_refused();
    const std::vector<char, LockedAllocator<char>> memory(10, 'x');
    ::_exit(memory[9] == 'x' && locks_refused() == before + 1 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace tonearm::media

#endif
