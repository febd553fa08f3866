#include "base/private_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tonearm::base {
namespace {

TEST(PrivateFile, is_written_whole_with_its_folders_and_only_for_its_owner) {
  const auto root = std::filesystem::temp_directory_path() / ("private_file_" + std::to_string(getpid()));
  const auto path = root / "a" / "key.pem";
  ASSERT_TRUE(write_private_file(path, "one"));
  ASSERT_TRUE(write_private_file(path, "two"));
  EXPECT_EQ(read_file(path).value(), "two");
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".new"));
  std::filesystem::remove_all(root);
}

TEST(PrivateFile, failures_name_the_path) {
  const auto missing = read_file("/nowhere/at/all");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message().find("/nowhere/at/all"), std::string::npos);
  EXPECT_FALSE(write_private_file("/proc/none/x", "text"));
}

}  // namespace
}  // namespace tonearm::base
