#include "sip/call_route.hpp"

#include <set>

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

using Kind = call::Party::Kind;

/// A carrier for everything, one for Seattle with two targets, a PBX by TCP, and Ada.
Directory directory() {
  Directory made;
  UserEntry ada;
  ada.id = "ada-id";
  ada.username = "ada";
  ada.uri = "sip:ada@192.0.2.7:5070;transport=tcp";
  ada.keys = call::KeySource::info;
  UserEntry bob;
  bob.id = "bob-id";
  made.users = {ada, bob};
  TrunkEntry carrier;
  carrier.name = "carrier";
  carrier.targets = {"sip:carrier.example.com"};
  carrier.numbers = {"+", "00"};
  TrunkEntry seattle;
  seattle.name = "seattle";
  seattle.targets = {"sip:192.0.2.10:5080", "sip:192.0.2.11"};
  seattle.numbers = {"+1425"};
  seattle.listener = 1;
  seattle.nat = true;
  seattle.keys = call::KeySource::rfc4733;
  TrunkEntry pbx;
  pbx.name = "pbx";
  pbx.targets = {"sip:pbx.example.com"};
  pbx.numbers = {"4"};
  pbx.transport = Transport::tcp;
  TrunkEntry inbound_only;
  inbound_only.name = "inbound";
  inbound_only.numbers = {"+1425555"};
  made.trunks = {carrier, seattle, pbx, inbound_only};
  return made;
}

struct View : TrunkView {
  std::set<std::size_t> full;
  std::set<std::pair<std::size_t, std::size_t>> down;
  [[nodiscard]] bool is_full(std::size_t trunk) const override { return full.contains(trunk); }
  [[nodiscard]] bool is_ready(std::size_t trunk, std::size_t target) const override {
    return !down.contains({trunk, target});
  }
};

std::expected<std::vector<CallRoute>, NoRoute> to_number(const Directory& directory,
                                                         const std::string& number, const View& view = {},
                                                         const std::string& own_number = {}) {
  return routes_to(directory, {Kind::phone, number, {}, {}}, {Kind::application, "app", "IVR", {}},
                   own_number, {}, view);
}

std::expected<std::vector<CallRoute>, NoRoute> to_user(const std::string& id,
                                                       const ContactsOf& contacts = {}) {
  return routes_to(directory(), {Kind::user, id, {}, {}}, {}, {}, contacts, View{});
}

TEST(call_route, a_user_is_called_at_its_fixed_contact) {
  const auto routes = to_user("ada-id");
  ASSERT_TRUE(routes);
  ASSERT_EQ(routes->size(), 1u);
  EXPECT_EQ(routes->front().uri, "sip:ada@192.0.2.7:5070;transport=tcp");
  EXPECT_EQ(routes->front().host, "192.0.2.7");
  EXPECT_EQ(routes->front().port, 5070);
  EXPECT_EQ(routes->front().transport, Transport::tcp);
  EXPECT_EQ(routes->front().keys, call::KeySource::info);
}

TEST(call_route, registered_phones_come_instead_of_the_fixed_contact_and_the_way_they_registered) {
  const NextHop flow{Transport::tcp, 1, "203.0.113.9", 40000};
  const auto routes = to_user("ada-id", [&](const std::string&) {
    return std::vector<UserContact>{{"sip:ada@10.0.0.7:5061", flow, true}, {"sip:ada@192.0.2.8", {}, false}};
  });
  ASSERT_TRUE(routes);
  ASSERT_EQ(routes->size(), 2u);
  EXPECT_EQ(routes->at(0).hop, flow);
  EXPECT_TRUE(routes->at(0).nat);
  EXPECT_EQ(routes->at(1).host, "192.0.2.8");
}

TEST(call_route, an_unknown_user_is_as_unreachable_as_one_without_a_phone) {
  EXPECT_FALSE(to_user("nobody").error().unknown);
  const auto bob = to_user("bob-id");
  ASSERT_FALSE(bob);
  EXPECT_FALSE(bob.error().unknown);
  EXPECT_EQ(bob.error().status, 0);
}

TEST(call_route, a_number_goes_out_by_the_longest_prefix) {
  const auto seattle = to_number(directory(), "+1 (425) 555-0100");
  ASSERT_TRUE(seattle);
  ASSERT_EQ(seattle->size(), 2u);
  EXPECT_EQ(seattle->front().uri, "sip:+14255550100@192.0.2.10:5080;user=phone");
  EXPECT_EQ(seattle->front().listener, 1u);
  EXPECT_EQ(seattle->front().keys, call::KeySource::rfc4733);
  EXPECT_TRUE(seattle->front().nat);
  EXPECT_EQ(to_number(directory(), "+4930000000")->front().trunk, 0u);
  const auto pbx = to_number(directory(), "4711");
  EXPECT_EQ(pbx->front().uri, "sip:4711@pbx.example.com");
  EXPECT_EQ(pbx->front().transport, Transport::tcp);
}

TEST(call_route, a_number_that_no_trunk_takes_has_no_route) {
  const auto none = to_number(directory(), "5");
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().unknown);
}

TEST(call_route, targets_that_are_down_are_tried_last) {
  View view;
  view.down = {{1, 0}};
  const auto routes = to_number(directory(), "+14255550100", view);
  ASSERT_TRUE(routes);
  EXPECT_EQ(routes->at(0).host, "192.0.2.11");
  EXPECT_EQ(routes->at(1).host, "192.0.2.10");
}

TEST(call_route, a_full_trunk_gives_way_to_another_with_the_same_prefix_only) {
  View view;
  view.full = {1};
  const auto full = to_number(directory(), "+14255550100", view);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().status, 503);
  Directory two = directory();
  two.trunks[2].numbers = {"+1425"};
  EXPECT_EQ(to_number(two, "+14255550100", view)->front().trunk, 2u);
}

TEST(call_route, the_caller_is_the_trunks_caller_id_else_the_applications_number_else_the_server) {
  Directory made = directory();
  const auto from = [&](const std::string& own_number) {
    const auto routes = to_number(made, "+4930000000", {}, own_number);
    return identity_headers(routes->front().caller, "198.51.100.1").from;
  };
  EXPECT_EQ(from({}), "\"IVR\" <sip:tonearm@198.51.100.1>");
  EXPECT_EQ(from("+1 425 555 0199"), "\"IVR\" <sip:+14255550199@198.51.100.1;user=phone>");
  made.trunks[0].caller_id = "+14255550111";
  EXPECT_EQ(from("+14255550199"), "\"IVR\" <sip:+14255550111@198.51.100.1;user=phone>");
  made.trunks[0].username = "contoso";
  EXPECT_EQ(from("+14255550199"), "\"IVR\" <sip:+14255550111@carrier.example.com;user=phone>");
  made.trunks[0].caller_id.clear();
  EXPECT_EQ(from({}), "\"IVR\" <sip:contoso@carrier.example.com>");
}

TEST(call_route, a_user_who_is_sent_on_to_another_is_shown_by_name) {
  const auto shown = [](const call::Party& target) {
    return routes_to(directory(), target, {Kind::user, "ada-id", "Ada", {}}, "+14255550100", {}, View{})
        ->front()
        .caller.user;
  };
  EXPECT_EQ(shown({Kind::user, "ada-id", {}, {}}), "ada");
  EXPECT_EQ(shown({Kind::phone, "+14255550101", {}, {}}), "+14255550100");
}

TEST(call_route, identity_is_asserted_to_trusted_trunks_only) {
  Directory made = directory();
  EXPECT_EQ(identity_headers(to_number(made, "+49", {}, "+14255550199")->front().caller, "h").others, "");
  made.trunks[0].trust_identity = true;
  EXPECT_EQ(identity_headers(to_number(made, "+49", {}, "+14255550199")->front().caller, "h").others,
            "P-Asserted-Identity: <sip:+14255550199@h;user=phone>\r\n");
}

TEST(call_route, an_anonymous_caller_is_hidden_from_the_callee_but_not_from_a_trusted_trunk) {
  Directory made = directory();
  made.trunks[0].caller_id = "anonymous";
  auto headers = identity_headers(to_number(made, "+49", {}, "+14255550199")->front().caller, "h");
  EXPECT_EQ(headers.from, "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
  EXPECT_EQ(headers.others, "Privacy: id\r\n");
  made.trunks[0].trust_identity = true;
  headers = identity_headers(to_number(made, "+49", {}, "+14255550199")->front().caller, "h");
  EXPECT_EQ(headers.others, "Privacy: id\r\nP-Asserted-Identity: <sip:+14255550199@h;user=phone>\r\n");
}

TEST(call_route, a_display_name_cannot_break_out_of_its_header) {
  CallerIdentity caller;
  caller.user = "a b";
  caller.display_name = "x\" <sip:evil@example.com>\r\nEvil: 1";
  const auto headers = identity_headers(caller, "h");
  EXPECT_EQ(headers.from, "\"x\\\" <sip:evil@example.com>Evil: 1\" <sip:a%20b@h>");
}

}  // namespace
}  // namespace tonearm::sip
