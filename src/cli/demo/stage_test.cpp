#include "cli/demo/stage.hpp"

#include <gtest/gtest.h>

namespace tonearm::cli {
namespace {

constexpr std::string_view kReady =
    "tonearm ready http=http://127.0.0.1:8080,http://[::1]:8080 https=https://127.0.0.1:8443 "
    "sip=udp:127.0.0.1:5060 "
    "admin=http://127.0.0.1:8081 calls=500";

TEST(ready_line, the_first_address_of_each_kind_is_found) {
  EXPECT_EQ(bound_address(kReady, "http"), "http://127.0.0.1:8080");
  EXPECT_EQ(bound_address(kReady, "https"), "https://127.0.0.1:8443");
  EXPECT_EQ(bound_address(kReady, "sip"), "udp:127.0.0.1:5060");
  EXPECT_EQ(bound_address(kReady, "calls"), "500");
  EXPECT_EQ(bound_address(kReady, "tls"), "");
}

TEST(stage, a_server_that_ends_at_once_is_an_error_and_leaves_nothing) {
  const auto stage = Stage::build({.server = "/bin/true",
                                   .bot = "/bin/true",
                                   .phone = "127.0.0.1:15275",
                                   .message = "/dev/null",
                                   .logs = std::filesystem::temp_directory_path(),
                                   .verbose = true,
                                   .on_bot_event = [](const BotEvent&) {},
                                   .on_end = [](const std::string&) {}});
  ASSERT_FALSE(stage);
  EXPECT_NE(stage.error().message().find("the server ended at once"), std::string::npos);
}

}  // namespace
}  // namespace tonearm::cli
