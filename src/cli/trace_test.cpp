#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/private_file.hpp"
#include "cli/admin_access.hpp"
#include "cli/subcommands.hpp"
#include "http/admin.hpp"
#include "http/server.hpp"

namespace tonearm::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kKept = "6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901";
constexpr const char* kUnknown = "6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad902";
const std::string kFile("\x0A\x0D\x0D\x0A\0trace", 10);

/// An admin listener that keeps one call, and a folder for what is fetched.
class TraceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_);
    std::ofstream(folder_ / "token") << "t0ken\n";
    url_ = "http://" + server_.listen({"127.0.0.1", 0}).value().to_string();
  }
  void TearDown() override {
    server_.stop();
    runtime_.stop();
    fs::remove_all(folder_);
  }
  static http::AdminSources sources() {
    http::AdminSources sources;
    sources.trace = [](call::CallId call, const std::function<void(std::optional<std::string>)>& done) {
      done(call.to_string() == kKept ? std::optional(kFile) : std::nullopt);
    };
    return sources;
  }
  /// Exit status; what was complained of is in `said_`.
  int run(const TraceOptions& options) {
    ::testing::internal::CaptureStderr();
    const int status = trace(options);
    said_ = ::testing::internal::GetCapturedStderr();
    return status;
  }
  [[nodiscard]] TraceOptions kept() const {
    return {kKept, folder_ / "x.pcapng", {.url = url_, .token_file = folder_ / "token", .config = {}}};
  }

  const fs::path folder_ = fs::temp_directory_path() / ("trace_test_" + std::to_string(::getpid()));
  net::Runtime runtime_{1};
  http::Admin admin_{{base::Secret("t0ken"), false}, sources()};
  http::Server server_{runtime_, admin_};
  std::string url_;
  std::string said_;
};

TEST_F(TraceTest, the_file_is_written_for_this_user_alone_and_replaces_another) {
  std::ofstream(folder_ / "x.pcapng") << "an older one";
  ASSERT_EQ(run(kept()), kExitGood) << said_;
  EXPECT_EQ(base::read_file(folder_ / "x.pcapng").value(), kFile);
  struct stat status {};
  ASSERT_EQ(::stat((folder_ / "x.pcapng").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_FALSE(fs::exists(folder_ / "x.pcapng.new"));
}

TEST_F(TraceTest, a_call_of_which_nothing_is_kept_leaves_the_file_alone) {
  std::ofstream(folder_ / "x.pcapng") << "an older one";
  auto options = kept();
  options.call = kUnknown;
  EXPECT_EQ(run(options), kExitFailed);
  EXPECT_THAT(said_, HasSubstr("keeps nothing of call "));
  EXPECT_EQ(base::read_file(folder_ / "x.pcapng").value(), "an older one");
}

TEST_F(TraceTest, a_token_that_is_missing_or_wrong_is_said) {
  auto options = kept();
  options.admin.token_file.clear();
  EXPECT_EQ(run(options), kExitFailed);
  EXPECT_THAT(said_, HasSubstr("wants the token"));
  std::ofstream(folder_ / "token") << "another\n";
  EXPECT_EQ(run(kept()), kExitFailed);
  EXPECT_THAT(said_, HasSubstr("wants the token"));
  std::ofstream(folder_ / "token") << "\n";
  EXPECT_EQ(run(kept()), kExitFailed);
  EXPECT_THAT(said_, HasSubstr("has no token in its first line"));
}

TEST_F(TraceTest, a_server_that_does_not_run_is_said_with_its_address) {
  server_.stop();
  EXPECT_EQ(run(kept()), kExitFailed);
  EXPECT_THAT(said_, HasSubstr("no answer from the admin listener at " + url_));
  EXPECT_FALSE(fs::exists(folder_ / "x.pcapng"));
}

TEST_F(TraceTest, a_place_that_cannot_be_written_is_said_before_anything_is_fetched) {
  server_.stop();
  auto options = kept();
  options.file = folder_ / "no" / "x.pcapng";
  EXPECT_EQ(run(options), kExitFailed);
  EXPECT_THAT(said_, HasSubstr("is no folder"));
  for (const fs::path& taken : {folder_, fs::path("/dev/null")}) {
    options.file = taken;
    EXPECT_EQ(run(options), kExitFailed);
    EXPECT_THAT(said_, HasSubstr("is not a file that could be replaced"));
  }
}

TEST_F(TraceTest, listener_and_token_are_those_of_the_settings) {
  const fs::path file = folder_ / "tonearm.toml";
  std::ofstream(file) << "[admin]\nlisten = [\"0.0.0.0:9081\"]\ntoken = \"from settings\"\n";
  const auto admin = find_admin({.url = {}, .token_file = {}, .config = file});
  ASSERT_TRUE(admin) << admin.error();
  EXPECT_EQ(admin->url.origin(), "http://127.0.0.1:9081");
  EXPECT_EQ(admin->token.reveal(), "from settings");
  const auto named = find_admin({.url = "http://[::1]:9", .token_file = folder_ / "token", .config = file});
  ASSERT_TRUE(named) << named.error();
  EXPECT_EQ(named->url.origin(), "http://[::1]:9");
  EXPECT_EQ(named->token.reveal(), "t0ken");
  EXPECT_FALSE(find_admin({.url = {}, .token_file = {}, .config = folder_ / "token"}));
}

TEST_F(TraceTest, without_settings_it_is_the_listener_of_serve_dev) {
  EXPECT_EQ(admin_url({}), "http://127.0.0.1:8081");
  const auto admin = find_admin({.url = "http://127.0.0.1:1", .token_file = {}, .config = {}});
  EXPECT_TRUE(admin && admin->token.empty());
}

TEST_F(TraceTest, listeners_that_nobody_could_reach_are_said) {
  EXPECT_FALSE(admin_url({.listen = {}, .token = {}}));
  EXPECT_FALSE(admin_url({.listen = {{"127.0.0.1", 0}}, .token = {}}));
  EXPECT_EQ(admin_url({.listen = {{"::", 1}}, .token = {}}), "http://[::1]:1");
}

}  // namespace
}  // namespace tonearm::cli
