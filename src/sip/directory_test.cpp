#include "sip/directory.hpp"

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

base::Network network(const char* text) {
  return base::Network::parse(text).value();
}

Directory directory() {
  Directory made;
  made.applications = {{"ivr", "tenant-1", {"ivr", "+1 425 555 0100"}}, {"rest", "tenant-2", {"*"}}};
  made.users = {{"id-ada", "Ada", "ada", {"192.0.2.10", 5070}, false, {}, {}},
                {"id-bob", "Bob", "bob", {"192.0.2.10", 5071}, true, {}, {}}};
  TrunkEntry carrier;
  carrier.name = "carrier";
  carrier.sources = {network("198.51.100.0/24")};
  carrier.trust_identity = true;
  carrier.strip = "00";
  carrier.prefix = "+";
  made.trunks = {carrier};
  return made;
}

Message invite_from(const char* request_uri, const char* to, const char* source,
                    const char* from = "sip:someone@example.com") {
  Message message;
  message.method = "INVITE";
  message.request_uri = request_uri;
  message.to.uri = to;
  message.from.uri = from;
  message.from.display_name = "Someone";
  message.flow.remote = {source, 5070};
  return message;
}

TEST(admit, strangers_are_refused_before_they_learn_what_exists) {
  for (const char* target : {"sip:ivr@h", "sip:nobody@h"}) {
    const auto refused = admit(directory(), invite_from(target, "sip:x@h", "203.0.113.5"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 403);
  }
}

TEST(admit, open_lets_anyone_in) {
  Directory open = directory();
  open.open = true;
  EXPECT_TRUE(admit(open, invite_from("sip:ivr@h", "sip:x@h", "203.0.113.5")));
}

struct RouteCase {
  const char* request_uri;
  const char* to;
  std::size_t application;
  const char* called;
};

TEST(admit, request_uri_then_to_then_catch_all) {
  const RouteCase cases[] = {
      {"sip:ivr@h", "sip:other@h", 0, "ivr"},
      {"sip:+1-425-555.0100@h", "sip:x@h", 0, "+14255550100"},
      {"sip:+1(425)5550100@h;user=phone", "sip:x@h", 0, "+14255550100"},
      {"sip:gateway@h", "sip:ivr@h", 0, "gateway"},
      {"sip:h", "sip:ivr@h", 0, "ivr"},
      {"sip:whoever@h", "sip:x@h", 1, "whoever"},
      {"sip:0014255550100@h", "sip:x@h", 0, "+14255550100"},
  };
  for (const auto& [request_uri, to, application, called] : cases) {
    const auto admitted = admit(directory(), invite_from(request_uri, to, "198.51.100.9"));
    ASSERT_TRUE(admitted) << request_uri;
    EXPECT_EQ(admitted->application, application) << request_uri;
    EXPECT_EQ(admitted->called, called) << request_uri;
  }
}

TEST(admit, nobodys_address_is_404_and_other_schemes_416) {
  Directory closed = directory();
  closed.applications.pop_back();
  EXPECT_EQ(admit(closed, invite_from("sip:nobody@h", "sip:x@h", "198.51.100.9")).error().status, 404);
  EXPECT_EQ(admit(closed, invite_from("tel:+14255550100", "sip:x@h", "198.51.100.9")).error().status, 416);
}

TEST(admit, users_are_known_by_the_address_of_their_contact) {
  const auto by_name = admit(directory(), invite_from("sip:ivr@h", "sip:x@h", "192.0.2.10", "sip:bob@h"));
  ASSERT_TRUE(by_name);
  EXPECT_EQ(by_name->caller.kind, call::Party::Kind::user);
  EXPECT_EQ(by_name->caller.id, "id-bob");
  EXPECT_EQ(by_name->caller.tenant_id, "tenant-1");
  EXPECT_TRUE(by_name->nat);
  const auto by_port = admit(directory(), invite_from("sip:ivr@h", "sip:x@h", "192.0.2.10"));
  EXPECT_EQ(by_port->caller.id, "id-ada");
  EXPECT_FALSE(by_port->from_trunk);
}

TEST(admit, asserted_identity_counts_only_from_trunks_that_are_trusted) {
  Message message = invite_from("sip:ivr@h", "sip:x@h", "198.51.100.9", "sip:anonymous@anonymous.invalid");
  message.asserted_identity = "\"Ada\" <sip:0014255550111@carrier.example.com;user=phone>";
  const auto trusted = admit(directory(), message);
  EXPECT_EQ(trusted->caller.kind, call::Party::Kind::phone);
  EXPECT_EQ(trusted->caller.id, "+14255550111");
  EXPECT_TRUE(trusted->from_trunk);
  message.asserted_identity = "<tel:+1-425-555-0112;phone-context=example.com>";
  EXPECT_EQ(admit(directory(), message)->caller.id, "+14255550112");
  Directory wary = directory();
  wary.trunks[0].trust_identity = false;
  EXPECT_EQ(admit(wary, message)->caller.id, "anonymous");
}

TEST(admit, diversions_count_only_from_trunks_that_are_trusted_first_called_first) {
  Message message = invite_from("sip:ivr@h", "sip:x@h", "198.51.100.9");
  message.diversions = {{"", "Sales", "sip:0014255550122@carrier.example.com", ""},
                        {"", "", "tel:+1-425-555-0121", ""}};
  const auto diverted = admit(directory(), message)->diverted_from;
  ASSERT_EQ(diverted.size(), 2u);
  EXPECT_EQ(diverted[0].id, "+14255550121");
  EXPECT_EQ(diverted[1].id, "+14255550122");
  EXPECT_EQ(diverted[1].display_name, "Sales");
  Directory wary = directory();
  wary.trunks[0].trust_identity = false;
  EXPECT_TRUE(admit(wary, message)->diverted_from.empty());
}

Directory with_passwords() {
  Directory made = directory();
  made.users.push_back({"id-eve", "Eve", "eve", {}, false, base::Secret("x")});
  made.users.push_back({"id-fay", "Fay", "fay", {"192.0.2.20", 5070}, false, base::Secret("x")});
  return made;
}

TEST(wants_proof, of_whoever_claims_to_be_a_user_with_a_password) {
  const Directory some = with_passwords();
  for (const bool open : {false, true}) {
    Directory directory = some;
    directory.open = open;
    EXPECT_TRUE(
        wants_proof(directory, invite_from("sip:ivr@h", "sip:x@h", "203.0.113.5", "sip:eve@h"), false));
    EXPECT_TRUE(
        wants_proof(directory, invite_from("sip:ivr@h", "sip:x@h", "192.0.2.10", "sip:eve@h"), false));
  }
}

TEST(wants_proof, of_strangers_so_that_nobody_learns_who_exists_unless_anyone_may_call) {
  Directory directory = with_passwords();
  const Message stranger = invite_from("sip:ivr@h", "sip:x@h", "203.0.113.5");
  EXPECT_TRUE(wants_proof(directory, stranger, false));
  directory.open = true;
  EXPECT_FALSE(wants_proof(directory, stranger, false));
  EXPECT_TRUE(wants_proof(directory, stranger, true));  // it offers one: then it shall be right
}

TEST(wants_proof, not_of_trunks_nor_at_fixed_contacts_nor_if_nobody_has_a_password) {
  const Directory some = with_passwords();
  EXPECT_FALSE(wants_proof(some, invite_from("sip:ivr@h", "sip:x@h", "198.51.100.9", "sip:eve@h"), true));
  EXPECT_FALSE(wants_proof(some, invite_from("sip:ivr@h", "sip:x@h", "192.0.2.10", "sip:ada@h"), false));
  EXPECT_FALSE(wants_proof(some, invite_from("sip:ivr@h", "sip:x@h", "192.0.2.20", "sip:fay@h"), false));
  Message other_port = invite_from("sip:ivr@h", "sip:x@h", "192.0.2.20", "sip:fay@h");
  other_port.flow.remote.port = 40000;
  EXPECT_TRUE(wants_proof(some, other_port, false));
  EXPECT_FALSE(wants_proof(directory(), invite_from("sip:ivr@h", "sip:x@h", "203.0.113.5"), true));
}

TEST(admit, who_has_proven_to_be_a_user_is_that_user_whatever_from_says) {
  const auto admitted =
      admit(with_passwords(), invite_from("sip:ivr@h", "sip:x@h", "203.0.113.5", "sip:ada@h"), "id-eve");
  ASSERT_TRUE(admitted);
  EXPECT_EQ(admitted->caller, (call::Party{call::Party::Kind::user, "id-eve", "Eve", "tenant-1"}));
  EXPECT_FALSE(admitted->from_trunk);
}

}  // namespace
}  // namespace tonearm::sip
