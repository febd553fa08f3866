#include "sip/dialog.hpp"

#include <gtest/gtest.h>

#include "sip/errc.hpp"

namespace tonearm::sip {
namespace {

Message some_invite() {
  Message message;
  message.method = "INVITE";
  message.call_id = "call-1";
  message.from = {"\"Ada\" <sip:ada@example.com>;tag=far", "Ada", "sip:ada@example.com", "far"};
  message.to = {"<sip:ivr@example.com>", "", "sip:ivr@example.com", ""};
  message.cseq = 5;
  message.contact = NameAddress{"", "", "sip:ada@203.0.113.7:5070", ""};
  message.local_tag = "near";
  message.flow = {Transport::udp, 1, {"198.51.100.1", 5060}, {"203.0.113.7", 5070}};
  return message;
}

Dialog dialog(bool symmetric = false) {
  return dialog_of_invite(some_invite(), "<sip:tonearm@198.51.100.1>", symmetric);
}

TEST(dialog, requests_of_ours_turn_from_and_to_around) {
  Dialog made = dialog();
  const OutgoingRequest bye = make_request(made, "BYE");
  EXPECT_EQ(bye.uri, "sip:ada@203.0.113.7:5070");
  EXPECT_EQ(bye.headers,
            "Max-Forwards: 70\r\nFrom: <sip:ivr@example.com>;tag=near\r\nTo: \"Ada\" "
            "<sip:ada@example.com>;tag=far\r\n"
            "Call-ID: call-1\r\nCSeq: 1 BYE\r\n");
  EXPECT_EQ(make_request(made, "UPDATE").headers.find("CSeq: 2 UPDATE") != std::string::npos, true);
}

TEST(dialog, loose_routes_are_followed_in_order) {
  Message message = some_invite();
  message.record_routes = {"<sip:203.0.113.1;lr>", "<sip:203.0.113.2;lr>"};
  Dialog made = dialog_of_invite(message, "<sip:t@h>", false);
  const OutgoingRequest bye = make_request(made, "BYE");
  EXPECT_EQ(bye.uri, "sip:ada@203.0.113.7:5070");
  EXPECT_NE(bye.headers.find("Route: <sip:203.0.113.1;lr>\r\nRoute: <sip:203.0.113.2;lr>\r\n"),
            std::string::npos);
  EXPECT_EQ(bye.next_hop.host, "203.0.113.1");
}

TEST(dialog, a_strict_router_gets_itself_as_request_uri) {
  Message message = some_invite();
  message.record_routes = {"<sip:203.0.113.1>", "<sip:203.0.113.2;lr>"};
  Dialog made = dialog_of_invite(message, "<sip:t@h>", false);
  const OutgoingRequest bye = make_request(made, "BYE");
  EXPECT_EQ(bye.uri, "sip:203.0.113.1");
  EXPECT_NE(bye.headers.find("Route: <sip:203.0.113.2;lr>\r\nRoute: <sip:ada@203.0.113.7:5070>\r\n"),
            std::string::npos);
}

TEST(dialog, an_answer_reverses_the_record_route) {
  Message answer = some_invite();
  answer.is_request = false;
  answer.to = {"<sip:bob@example.com>;tag=bobs", "", "", "bobs"};
  answer.record_routes = {"<sip:203.0.113.1;lr>", "<sip:203.0.113.2;lr>"};
  const Dialog made = dialog_of_answer(Dialog{}, answer);
  EXPECT_EQ(made.route_set, (std::vector<std::string>{"<sip:203.0.113.2;lr>", "<sip:203.0.113.1;lr>"}));
  EXPECT_EQ(made.remote_tag, "bobs");
}

struct HopCase {
  const char* name;
  const char* contact;
  const char* source;
  bool symmetric;
  Transport transport;
  const char* host;
  int port;
};

TEST(dialog, next_hop_is_contact_unless_that_is_private_there) {
  const HopCase cases[] = {
      {"contact", "sip:a@203.0.113.9:5090", "203.0.113.7", false, Transport::udp, "203.0.113.9", 5090},
      {"name", "sip:a@phone.example.com", "203.0.113.7", false, Transport::udp, "phone.example.com", 0},
      {"private behind NAT", "sip:a@192.168.1.2:5090", "203.0.113.7", false, Transport::udp, "203.0.113.7",
       5070},
      {"private, no NAT", "sip:a@192.168.1.2:5090", "192.168.1.2", false, Transport::udp, "192.168.1.2",
       5090},
      {"nat = true", "sip:a@203.0.113.9:5090", "203.0.113.7", true, Transport::udp, "203.0.113.7", 5070},
      {"tcp keeps its connection", "sip:a@203.0.113.9:5090", "203.0.113.7", false, Transport::tcp,
       "203.0.113.7", 5070},
      {"broken contact", "tel:+1", "203.0.113.7", false, Transport::udp, "203.0.113.7", 5070},
  };
  for (const auto& c : cases) {
    Message message = some_invite();
    message.contact->uri = c.contact;
    message.flow.remote.address = c.source;
    message.flow.transport = c.transport;
    const NextHop hop = next_hop(dialog_of_invite(message, "", c.symmetric));
    EXPECT_EQ(hop.host, c.host) << c.name;
    EXPECT_EQ(hop.port, c.port) << c.name;
    EXPECT_EQ(hop.transport, c.transport) << c.name;
    EXPECT_EQ(hop.listener, 1u) << c.name;
  }
}

TEST(dialog, a_row_brings_it_back) {
  Message message = some_invite();
  message.record_routes = {"<sip:203.0.113.1;lr>", "<sip:203.0.113.2;lr>"};
  message.flow.transport = Transport::tcp;
  message.flow.remote = {"2001:db8::7", 5070};
  const Dialog made = dialog_of_invite(message, "<sip:tonearm@[2001:db8::1]:5060>", true);
  const auto again = dialog_of_row(to_row(made));
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(*again, made);
}

TEST(dialog, broken_rows_are_errors) {
  for (const char* row : {"", "call-id", "call-id x\n", "call-id a\nlocal-tag b\ntarget c\nlocal-cseq x\n",
                          "call-id a\nlocal-tag b\ntarget c\nfrom-address nowhere\n"}) {
    const auto made = dialog_of_row(row);
    ASSERT_FALSE(made) << row;
    EXPECT_EQ(made.error().code, SipErrc::malformed_dialog_row);
  }
}

TEST(dialog, requests_belong_by_both_tags_and_rise_in_sequence) {
  Dialog made = dialog();
  Message bye = some_invite();
  bye.method = "BYE";
  bye.to.tag = "near";
  EXPECT_TRUE(belongs(made, bye));
  bye.cseq = 5;
  EXPECT_FALSE(note_request(made, bye));
  bye.cseq = 6;
  EXPECT_TRUE(note_request(made, bye));
  bye.from.tag = "other";
  EXPECT_FALSE(belongs(made, bye));
}

TEST(dialog, when_its_connection_is_gone_contact_is_the_other_way) {
  Message message = some_invite();
  message.flow.transport = Transport::tcp;
  message.flow.remote.port = 41000;
  Dialog made = dialog_of_invite(message, "<sip:t@h>", false);
  EXPECT_EQ(next_hop(made), (NextHop{Transport::tcp, 1, "203.0.113.7", 41000}));
  EXPECT_EQ(other_hop(made), (NextHop{Transport::tcp, 1, "203.0.113.7", 5070}));
  made.remote_target = "sip:ada@10.0.0.7:5070";  // nobody gets there
  EXPECT_FALSE(other_hop(made));
  made.remote_target = "sip:ada@203.0.113.7:41000";  // the same once more
  EXPECT_FALSE(other_hop(made));
  EXPECT_FALSE(other_hop(dialog()));  // datagrams have no connection
}

}  // namespace
}  // namespace tonearm::sip
