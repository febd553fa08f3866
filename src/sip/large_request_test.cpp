#include "sip/large_request.hpp"

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

OutgoingRequest request(std::size_t body, const char* uri = "sip:ada@192.0.2.1:5070") {
  OutgoingRequest made;
  made.method = "INVITE";
  made.uri = uri;
  made.next_hop = {Transport::udp, 0, "192.0.2.1", 5070};
  made.headers = "Max-Forwards: 70\r\n";
  made.body = std::string(body, 'x');
  return made;
}

TEST(large_request, goes_over_tcp_from_1300_bytes_on) {
  EXPECT_FALSE(over_tcp(request(900)));
  const auto changed = over_tcp(request(1300));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->next_hop, (NextHop{Transport::tcp, 0, "192.0.2.1", 5070}));
  EXPECT_EQ(changed->body.size(), 1300u);
}

TEST(large_request, stays_where_only_datagrams_get_through) {
  EXPECT_FALSE(over_tcp(request(2000, "sip:ada@192.0.2.1:5070;transport=udp")));  // it says so
  EXPECT_FALSE(over_tcp(request(2000, "sip:ada@10.0.0.7:5070")));                 // back through a NAT
  EXPECT_FALSE(over_tcp(request(2000, "sip:ada@192.0.2.1:5071")));
  OutgoingRequest over = request(2000);
  over.next_hop.transport = Transport::tcp;
  EXPECT_FALSE(over_tcp(over));
}

TEST(large_request, the_first_route_says_where_it_goes) {
  OutgoingRequest routed = request(2000, "sip:ada@10.0.0.7");
  routed.headers = "Max-Forwards: 70\r\nRoute: <sip:192.0.2.1:5070;lr>\r\nRoute: <sip:10.0.0.1;lr>\r\n";
  EXPECT_TRUE(over_tcp(routed));
  routed.headers = "Max-Forwards: 70\r\nRoute: <sip:192.0.2.1:5070;transport=udp;lr>\r\n";
  EXPECT_FALSE(over_tcp(routed));
}

}  // namespace
}  // namespace tonearm::sip
