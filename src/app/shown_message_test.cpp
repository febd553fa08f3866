#include "app/shown_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tonearm::app {
namespace {

using ::testing::HasSubstr;

constexpr const char* kInfo =
    "INFO sip:+14255550187@192.0.2.1 SIP/2.0\r\nFrom: \"+1 (425) 555-0100\" <sip:12@192.0.2.2>\r\n"
    "Authorization: (removed)\r\nAccept: application/simple+xml\r\nContent-Type: application/dtmf\r\n\r\n7";

sip::TracedMessage message_of(std::string text) {
  sip::TracedMessage message;
  message.text = std::move(text);
  return message;
}

TEST(shown_message, numbers_and_keys_are_masked_with_zeros_after_a_plus) {
  const ShownMessage shown = show(message_of(kInfo), false);
  EXPECT_EQ(shown.text,
            "INFO sip:+00000000087@192.0.2.1 SIP/2.0\r\nFrom: \"+0 (000) 000-0000\" <sip:xx@192.0.2.2>\r\n"
            "Authorization: Digest (removed)\r\nAccept: application/simple+xml\r\nContent-Type: "
            "application/dtmf\r\n\r\nx");
  EXPECT_EQ(shown.remarks, "Numbers and keys are masked. Credentials are removed.");
}

TEST(shown_message, only_credentials_are_missing_when_all_may_be_shown) {
  const ShownMessage shown = show(message_of(kInfo), true);
  EXPECT_THAT(shown.text, HasSubstr("sip:+14255550187@"));
  EXPECT_THAT(shown.text, HasSubstr("\r\n\r\n7"));
  EXPECT_EQ(shown.remarks, "Credentials are removed.");
}

TEST(shown_message, a_cut_one_says_so_and_one_that_is_whole_says_nothing) {
  constexpr std::size_t kMost = sip::MessageTrace::kBytesPerMessage;
  const ShownMessage cut =
      show(message_of(sip::without_credentials(std::string(kMost + 1, 'n'), kMost)), false);
  EXPECT_EQ(cut.text, std::string(kMost, 'n'));
  EXPECT_EQ(cut.remarks, "Only the first 4096 bytes were kept.");
  EXPECT_EQ(show(message_of("OPTIONS"), false).remarks, "");
}

}  // namespace
}  // namespace tonearm::app
