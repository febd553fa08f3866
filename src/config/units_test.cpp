#include "config/units.hpp"

#include <gtest/gtest.h>

namespace tonearm::config {
namespace {

using namespace std::chrono_literals;

TEST(Duration, every_unit_is_read_and_written_back) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("24h"), 24h);
  EXPECT_EQ(parse_duration("2d"), 48h);
  for (const char* text : {"250ms", "30s", "5m", "23h", "2d", "0s"}) {
    EXPECT_EQ(to_string(*parse_duration(text)), text);
  }
}

TEST(Duration, refuses_bare_numbers_signs_fractions_and_overflow) {
  for (const char* text : {"", "30", "s", "-1s", "+1s", "1.5s", "30 s", "1h30m", "30sec",
                           "99999999999999999999s", "9223372036854775807s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Size, units_are_binary_and_must_be_written) {
  EXPECT_EQ(parse_bytes("512B"), Bytes{512});
  EXPECT_EQ(parse_bytes("32KiB"), kib(32));
  EXPECT_EQ(parse_bytes("50MiB"), mib(50));
  EXPECT_EQ(parse_bytes("1GiB"), gib(1));
  for (const char* text : {"", "1", "1MB", "1 MiB", "1mib", "-1B", "9007199254740993TiB"}) {
    EXPECT_FALSE(parse_bytes(text)) << text;
  }
  EXPECT_EQ(to_string(mib(1536)), "1536MiB");
}

TEST(Ports, a_range_is_two_unprivileged_ports_in_order) {
  EXPECT_EQ(parse_ports("1024-65535"), (PortRange{1024, 65535}));
  for (const char* text : {"", "20000", "1023-2000", "2000-2000", "2001-2000", "20000-65536", "a-b"}) {
    EXPECT_FALSE(parse_ports(text)) << text;
  }
}

TEST(SipListener, names_its_transport) {
  const auto listener = parse_sip_listener("tcp:[::1]:5060");
  ASSERT_TRUE(listener);
  EXPECT_EQ(listener->transport, SipTransport::tcp);
  EXPECT_EQ(to_string(*listener), "tcp:[::1]:5060");
  for (const char* text :
       {"", "127.0.0.1:5060", "sctp:127.0.0.1:5060", "udp127.0.0.1:5060", "udp:localhost:5060"}) {
    EXPECT_FALSE(parse_sip_listener(text)) << text;
  }
}

}  // namespace
}  // namespace tonearm::config
