#include "sip/listener.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <tuple>

#include <gtest/gtest.h>
#include <netinet/in.h>

#include "sip/test_stack.hpp"
#include "sip/wildcard.hpp"

// What the sockets are, and who answers from where.

namespace tonearm::sip {
namespace {

using testing::header;
using testing::Stack;

/// A socket option of the descriptor that is bound to `local`; -1 if there is none.
int option_of(const base::Endpoint& local, int level, int option) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int descriptor = std::atoi(entry.path().filename().c_str());
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (getsockname(descriptor, generic, &length) != 0 || base::Endpoint::from_sockaddr(generic) != local)
      continue;
    int value = 0;
    length = sizeof value;
    return getsockopt(descriptor, level, option, &value, &length) == 0 ? value : -1;
  }
  return -1;
}

int most_receive_buffer() {
  std::ifstream file("/proc/sys/net/core/rmem_max");
  int most = 0;
  file >> most;
  return most;
}

TEST(listener, marks_signalling_as_cs3_unless_told_not_to) {
  const Stack marked;
  EXPECT_EQ(option_of(marked.at(), IPPROTO_IP, IP_TOS), 0x60);
  const Stack six("udp:[::1]:0");
  EXPECT_EQ(option_of(six.at(), IPPROTO_IPV6, IPV6_TCLASS), 0x60);
  const Stack plain("udp:127.0.0.1:0", SOCK_DGRAM, true, {},
                    [](AgentSettings& settings) { settings.dscp = false; });
  EXPECT_EQ(option_of(plain.at(), IPPROTO_IP, IP_TOS), 0);
}

TEST(listener, has_room_for_4_mib_or_what_the_kernel_grants) {
  const Stack stack;
  constexpr int kWanted = 4 * 1024 * 1024;
  EXPECT_GE(option_of(stack.at(), SOL_SOCKET, SO_RCVBUF), 2 * std::min(kWanted, most_receive_buffer()));
}

TEST(listener, answers_to_where_the_request_came_from_whatever_via_says) {
  Stack stack;
  std::string options = stack.request("OPTIONS", 1);
  const std::string own = stack.peer_.local().to_string();
  options.replace(options.find("UDP " + own) + 4, own.size(), "192.0.2.7:9");
  stack.send(options);
  const std::string ok = stack.peer_.expect("200");
  EXPECT_NE(header(ok, "Via").find(fmt::format("rport={}", stack.peer_.local().port)), std::string::npos);
  EXPECT_NE(header(ok, "Via").find("received=127.0.0.1"), std::string::npos);
}

TEST(listener, hangs_up_at_the_source_when_contact_is_private_elsewhere) {
  Stack stack;
  std::string invite = stack.request("INVITE", 1, stack.offer());
  const std::string own = "<sip:ada@" + stack.peer_.local().to_string() + ">";
  invite.replace(invite.find("Contact: " + own) + 9, own.size(), "<sip:ada@10.1.2.3:5062>");
  stack.send(invite);
  const auto incoming = stack.reports_.next_invite();
  ASSERT_TRUE(incoming);
  stack.legs_->post_answer(incoming->leg, testing::kMedia);
  stack.remember_tag(stack.peer_.expect("200"));
  stack.send(stack.request("ACK", 1));
  ASSERT_TRUE(stack.reports_.next_signal<call::LegAcked>());
  stack.legs_->post_hang_up(incoming->leg);
  EXPECT_TRUE(stack.peer_.expect("BYE").starts_with("BYE sip:ada@10.1.2.3:5062 SIP/2.0\r\n"));
}

TEST(listener, closes_connections_beyond_its_most_and_lets_new_ones_in_when_others_go) {
  Stack stack("tcp:127.0.0.1:0", SOCK_STREAM, true, {},
              [](AgentSettings& settings) { settings.connections_max = 3; });
  const auto asks = [&](testing::Peer& peer) {
    peer.send(stack.request("OPTIONS", 1));
    return peer.receive();
  };
  auto second = std::make_unique<testing::Peer>("127.0.0.1", SOCK_STREAM, stack.at());
  testing::Peer third("127.0.0.1", SOCK_STREAM, stack.at());
  ASSERT_FALSE(asks(*second).empty());
  ASSERT_FALSE(asks(third).empty());
  ASSERT_FALSE(asks(stack.peer_).empty());
  testing::Peer surplus("127.0.0.1", SOCK_STREAM, stack.at());
  EXPECT_EQ(surplus.receive(), "");  // closed
  EXPECT_EQ(asks(surplus), "");
  EXPECT_FALSE(asks(third).empty());
  second.reset();
  EXPECT_FALSE(asks(third).empty());  // by now the server has seen the end of the second
  testing::Peer next("127.0.0.1", SOCK_STREAM, stack.at());
  EXPECT_EQ(next.receive(1000), "");
  EXPECT_FALSE(asks(next).empty());
}

TEST(listener, a_flood_of_connections_from_one_address_costs_itself_and_not_the_phone_that_comes_later) {
  Stack stack("tcp:127.0.0.1:0", SOCK_STREAM, true, {},
              [](AgentSettings& settings) { settings.connections_max = 5; });
  const auto asks = [&](testing::Peer& peer) {
    peer.send(stack.request("OPTIONS", 1));
    return peer.receive();
  };
  ASSERT_FALSE(asks(stack.peer_).empty());
  std::vector<std::unique_ptr<testing::Peer>> flood;
  for (int i = 0; i < 4; ++i) {
    flood.push_back(std::make_unique<testing::Peer>("127.0.0.2", SOCK_STREAM, stack.at()));
    ASSERT_FALSE(asks(*flood.back()).empty());
  }
  testing::Peer phone("127.0.0.3", SOCK_STREAM, stack.at());
  EXPECT_EQ(flood.back()->receive(), "");  // closed: the last of whoever has most
  EXPECT_FALSE(asks(phone).empty());
  EXPECT_FALSE(asks(stack.peer_).empty());
  EXPECT_FALSE(asks(*flood.front()).empty());
}

class wildcard : public ::testing::TestWithParam<std::tuple<const char*, int, const char*>> {};

TEST_P(wildcard, serves_calls_at_every_address_and_names_the_public_one) {
  const auto& [listen, type, loopback] = GetParam();
  Stack stack(listen, type, true, {}, [](AgentSettings& settings) { settings.public_address = "192.0.2.1"; });
  for (const ListenAddress& bound : stack.legs_->listening()) {
    EXPECT_NE(bound.endpoint.address, "0.0.0.0");
    EXPECT_NE(bound.endpoint.address, "::");
    EXPECT_NE(bound.endpoint.port, 0);
  }
  ASSERT_EQ(stack.at().address, loopback);
  stack.send(stack.request("INVITE", 1, stack.offer()));
  const auto incoming = stack.reports_.next_invite();
  ASSERT_TRUE(incoming);
  stack.legs_->post_answer(incoming->leg, testing::kMedia);
  const std::string ok = stack.peer_.expect("200");
  EXPECT_NE(header(ok, "Contact").find(fmt::format("@192.0.2.1:{}", stack.at().port)), std::string::npos);
  stack.remember_tag(ok);
  stack.send(stack.request("ACK", 1));
  ASSERT_TRUE(stack.reports_.next_signal<call::LegAcked>());
  stack.legs_->post_hang_up(incoming->leg);
  const std::string bye = stack.peer_.expect("BYE");
  EXPECT_NE(header(bye, "Via").find(stack.server()), std::string::npos);  // the address that was called
}

INSTANTIATE_TEST_SUITE_P(families, wildcard,
                         ::testing::Values(std::tuple("udp:0.0.0.0:0", SOCK_DGRAM, "127.0.0.1"),
                                           std::tuple("tcp:0.0.0.0:0", SOCK_STREAM, "127.0.0.1"),
                                           std::tuple("udp:[::]:0", SOCK_DGRAM, "::1")));

TEST(concrete_listeners, leaves_other_addresses_alone) {
  const auto same = concrete_listeners(*ListenAddress::parse("udp:192.0.2.1:5060"));
  ASSERT_EQ(same.size(), 1u);
  EXPECT_EQ(same.front().endpoint.to_string(), "192.0.2.1:5060");
}

TEST(concrete_listeners, has_every_address_once_with_the_port_that_was_asked_for) {
  const auto all = concrete_listeners(*ListenAddress::parse("tcp:0.0.0.0:5060"));
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.back().endpoint.to_string(), "127.0.0.1:5060");
  for (const ListenAddress& one : all) {
    EXPECT_EQ(one.transport, Transport::tcp);
    EXPECT_EQ(one.endpoint.port, 5060);
    EXPECT_EQ(std::ranges::count(all, one.endpoint, &ListenAddress::endpoint), 1);
  }
}

}  // namespace
}  // namespace tonearm::sip
