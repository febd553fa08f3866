#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include "sip/test_caller.hpp"

// Calls of ours to sipp, which plays the callees of tests/interop/sipp and fails if we do not keep to the
// scenario.

namespace tonearm::sip {
namespace {

using namespace std::chrono_literals;
using testing::Callee;
using testing::Caller;
using testing::kNumber;

bool has_sipp() {
  return std::system("command -v sipp >/dev/null 2>&1") == 0;  // NOLINT(concurrency-mt-unsafe)
}

std::uint16_t free_port() {
  return Callee({"127.0.0.1", 9}).port();
}

/// One callee that runs tests/interop/sipp/<scenario>.xml once.
class Sipp {
 public:
  explicit Sipp(const std::string& scenario) : port_(free_port()) {
    const std::string file = std::string(TONEARM_SIPP_SCENARIOS) + "/" + scenario + ".xml";
    const std::string port = std::to_string(port_);
    std::vector<const char*> words{
        "sipp", "-sf", file.c_str(), "-i", "127.0.0.1", "-p",       port.c_str(), "-key", "rtp_port",
        "6000", "-m",  "1",          "-t", "u1",        "-nostdin", "-timeout",   "40s",  "-timeout_error",
        nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    EXPECT_EQ(posix_spawnp(&process_, "sipp", &actions, nullptr, const_cast<char**>(words.data()), environ),
              0);
    posix_spawn_file_actions_destroy(&actions);
  }
  ~Sipp() {
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  Sipp(const Sipp&) = delete;
  Sipp& operator=(const Sipp&) = delete;

  [[nodiscard]] std::string uri() const { return fmt::format("sip:127.0.0.1:{}", port_); }
  /// Its exit status: 0 if all went as the scenario says. It ends by itself after 40 s at the latest.
  int finish() {
    int status = -1;
    waitpid(std::exchange(process_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  std::uint16_t port_;
  pid_t process_ = -1;
};

class to_sipp : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_sipp()) GTEST_SKIP() << "sipp is not installed";
  }

  call::LegRef call(const std::vector<const Sipp*>& targets) {
    TrunkEntry trunk;
    trunk.name = "carrier";
    trunk.numbers = {"+"};
    trunk.probe = 0ms;
    trunk.username = "contoso";
    trunk.password = base::Secret("secret");
    for (const Sipp* target : targets) trunk.targets.push_back(target->uri());
    caller_.has_trunks({trunk});
    return caller_.calls_number(kNumber);
  }
  void expect_failure(int status) {
    const auto failed = caller_.reports_.next_signal<call::LegFailed>();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->status, status);
  }
  void expect_ringing() { EXPECT_TRUE(caller_.reports_.next_signal<call::LegRinging>()); }
  void expect_answer() { EXPECT_TRUE(caller_.reports_.next_signal<call::LegAnswered>()); }
  void hang_up(call::LegRef leg) { caller_.legs_->post_hang_up(leg); }

  Caller caller_{10s};  // sipp may need a moment to start: the INVITE is repeated until it has
};

TEST_F(to_sipp, an_answered_call_is_hung_up) {
  Sipp callee("uas-answers");
  const auto leg = call({&callee});
  expect_ringing();
  expect_answer();
  hang_up(leg);
  EXPECT_EQ(callee.finish(), 0);
}

TEST_F(to_sipp, busy) {
  Sipp callee("uas-busy");
  call({&callee});
  expect_failure(486);
  EXPECT_EQ(callee.finish(), 0);
}

TEST_F(to_sipp, declined_after_ringing) {
  Sipp callee("uas-declines");
  call({&callee});
  expect_ringing();
  expect_failure(603);
  EXPECT_EQ(callee.finish(), 0);
}

TEST_F(to_sipp, no_answer_is_cancelled) {
  Sipp callee("uas-no-answer-cancelled");
  const auto leg = call({&callee});
  expect_ringing();
  hang_up(leg);
  EXPECT_EQ(callee.finish(), 0);
  EXPECT_TRUE(caller_.is_idle());
}

TEST_F(to_sipp, a_cancel_that_crosses_the_answer) {
  Sipp callee("uas-cancel-crosses-200");
  const auto leg = call({&callee});
  expect_ringing();
  hang_up(leg);
  EXPECT_EQ(callee.finish(), 0);
  EXPECT_TRUE(caller_.is_idle());
}

TEST_F(to_sipp, two_forks_that_answer) {
  Sipp callee("uas-two-forks-answer");
  const auto leg = call({&callee});
  expect_ringing();
  expect_answer();
  EXPECT_TRUE(testing::comes_true([&] { return caller_.count_sent("BYE") == 1; }));
  hang_up(leg);
  EXPECT_EQ(callee.finish(), 0);
}

TEST_F(to_sipp, a_redirection_is_not_followed) {
  Sipp callee("uas-redirects-302");
  call({&callee});
  expect_failure(302);
  EXPECT_EQ(callee.finish(), 0);
}

TEST_F(to_sipp, a_digest_challenge) {
  Sipp callee("uas-digest-challenge");
  const auto leg = call({&callee});
  expect_answer();
  hang_up(leg);
  EXPECT_EQ(callee.finish(), 0);
}

TEST_F(to_sipp, an_overloaded_target_and_then_the_next) {
  Sipp first("uas-overloaded-503"), second("uas-answers");
  const auto leg = call({&first, &second});
  expect_ringing();
  expect_answer();
  hang_up(leg);
  EXPECT_EQ(first.finish(), 0);
  EXPECT_EQ(second.finish(), 0);
}

}  // namespace
}  // namespace tonearm::sip
