#include "base/endpoint.hpp"

#include <gtest/gtest.h>

namespace tonearm::base {
namespace {

TEST(Endpoint, both_families_survive_a_round_trip) {
  for (const char* text : {"127.0.0.1:5060", "[::1]:5061", "0.0.0.0:0", "[2001:db8::7]:65535"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->to_string(), text);
    sockaddr_storage storage;
    socklen_t length = 0;
    ASSERT_TRUE(endpoint->to_sockaddr(storage, length));
    EXPECT_EQ(Endpoint::from_sockaddr(reinterpret_cast<const sockaddr*>(&storage)), *endpoint);
  }
}

TEST(Endpoint, refuses_names_missing_ports_and_bare_ipv6) {
  for (const char* text :
       {"", "localhost:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80", "127.0.0.1:8x"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

}  // namespace
}  // namespace tonearm::base
