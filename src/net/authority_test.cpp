#include "net/authority.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/private_file.hpp"
#include "net/tls.hpp"

namespace tonearm::net {
namespace {

using namespace std::chrono_literals;

class Authority : public ::testing::Test {
 protected:
  Authority() { std::filesystem::remove_all(folder_); }
  ~Authority() override { std::filesystem::remove_all(folder_); }

  AuthorityFiles ensure(const std::vector<std::string>& hosts, base::WallTime now) const {
    return ensure_authority(folder_, hosts, now).value();
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("authority_" + std::to_string(getpid()));
  const base::WallTime now_ = base::WallClock::now();
};

TEST_F(Authority, keeps_its_keys_from_others_and_lets_them_read_its_certificate) {
  const auto files = ensure({}, now_);
  struct stat info {};
  for (const auto& key : {files.ca_key, files.key}) {
    ASSERT_EQ(stat(key.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u) << key;
  }
  ASSERT_EQ(stat(files.ca.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
  EXPECT_TRUE(ServerTls::load(files.certificate, files.key));
}

TEST_F(Authority, is_kept_until_its_last_day) {
  const auto first = base::read_file(ensure({}, now_).ca).value();
  EXPECT_EQ(base::read_file(ensure({}, now_ + 28 * 24h).ca).value(), first);
  EXPECT_NE(base::read_file(ensure({}, now_ + 29 * 24h + 1h).ca).value(), first);
}

TEST_F(Authority, is_made_anew_for_a_host_that_it_does_not_cover) {
  const auto first = base::read_file(ensure({}, now_).ca).value();
  const auto second = base::read_file(ensure({"graph.microsoft.com"}, now_).ca).value();
  EXPECT_NE(second, first);
  EXPECT_EQ(base::read_file(ensure({"graph.microsoft.com"}, now_).ca).value(), second);
}

TEST_F(Authority, refuses_a_host_that_is_no_name) {
  EXPECT_FALSE(ensure_authority(folder_, {"bad name,IP:1.2.3"}, now_));
}

TEST(ServerTls, errors_name_the_file) {
  const auto missing = ServerTls::load("/nowhere/cert.pem", "/nowhere/key.pem");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message().find("/nowhere/cert.pem"), std::string::npos);
}

TEST_F(Authority, a_failed_reload_keeps_the_old_certificate) {
  const auto files = ensure({}, now_);
  const auto tls = ServerTls::load(files.certificate, files.key).value();
  const auto before = tls->context();
  ASSERT_TRUE(base::write_private_file(files.certificate, "garbage"));
  EXPECT_FALSE(tls->reload());
  EXPECT_EQ(tls->context(), before);
}

}  // namespace
}  // namespace tonearm::net
