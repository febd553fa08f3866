#include <csignal>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/test_support.hpp"

namespace tonearm::storage {
namespace {

using namespace testing;

/// Commits notification after notification and says each number on `out` once it is told to be on disk.
[[noreturn]] void write_until_killed(const std::filesystem::path& directory, call::CallId id, int out) {
  auto store = open_store(directory);
  const auto call = some_call(id);
  for (std::uint64_t number = 1;; ++number) {
    if (commit_and_wait(*store, some_commit(call, number, number))) ::_exit(1);
    if (::write(out, &number, sizeof number) != sizeof number) ::_exit(1);
  }
}

TEST(Crash, everything_that_was_told_to_be_written_survives_kill_9_in_order) {
  const TemporaryDir directory;
  const auto id = new_call_id();
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  if (child == 0) write_until_killed(directory.path(), id, pipe[1]);
  ::close(pipe[1]);

  std::uint64_t told = 0;
  while (told < 200) ASSERT_EQ(::read(pipe[0], &told, sizeof told), ssize_t{sizeof told});
  ::kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  while (::read(pipe[0], &told, sizeof told) == ssize_t{sizeof told}) {
  }
  ::close(pipe[0]);

  auto store = open_store(directory.path());  // the dead holder's lock is gone with it
  const auto pending = store->load_pending();
  ASSERT_GE(pending.size(), told);
  for (std::size_t at = 0; at < pending.size(); ++at) EXPECT_EQ(pending[at].number.value, at + 1);
  const auto alive = store->load_alive();
  ASSERT_EQ(alive.size(), 1u);
  EXPECT_EQ(alive[0].call->id, id);
  EXPECT_EQ(alive[0].last_notification.value, pending.size());
}

}  // namespace
}  // namespace tonearm::storage
