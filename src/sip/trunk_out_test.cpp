#include <gtest/gtest.h>

#include "sip/test_caller.hpp"
#include "sip/test_name_server.hpp"

// What trunks do over loopback sockets: credentials, failover, limits, registration, probes, names.

namespace tonearm::sip {
namespace {

using namespace std::chrono_literals;
using testing::Callee;
using testing::Caller;
using testing::header;
using testing::kNumber;
using testing::NameServer;
using testing::trunk;

constexpr const char* kChallenge =
    "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"{}\", qop=\"auth\", algorithm={}\r\n";

TrunkEntry trunk_with_password(const std::vector<const Callee*>& targets) {
  TrunkEntry made = trunk(targets);
  made.username = "contoso";
  made.password = base::Secret("secret");
  return made;
}

/// The value of `name="…"` or `name=…` in a header.
std::string parameter(const std::string& value, const std::string& name) {
  const auto at = value.find(name + "=");
  if (at == std::string::npos) return {};
  const std::string rest = value.substr(at + name.size() + 1);
  return rest.starts_with('"') ? rest.substr(1, rest.find('"', 1) - 1)
                               : rest.substr(0, rest.find_first_of(", "));
}

/// True if the request proves that its sender knows the password.
bool is_authorized(const std::string& request, const std::string& method, Challenge::Algorithm algorithm) {
  const std::string value = header(request, "Authorization");
  Challenge challenge;
  challenge.realm = parameter(value, "realm");
  challenge.nonce = parameter(value, "nonce");
  challenge.algorithm = algorithm;
  challenge.qop_auth = true;
  const DigestUse use{static_cast<std::uint32_t>(std::stoul("0" + parameter(value, "nc"), nullptr, 16)),
                      parameter(value, "cnonce")};
  return parameter(value, "response") == digest_response(challenge, {"contoso", base::Secret("secret")},
                                                         method, parameter(value, "uri"), use);
}

class every_algorithm : public ::testing::TestWithParam<std::pair<const char*, Challenge::Algorithm>> {};

TEST_P(every_algorithm, a_challenge_of_the_trunk_is_answered_and_the_ack_repeats_it) {
  const auto [name, algorithm] = GetParam();
  Caller caller;
  Callee carrier(caller.address());
  caller.has_trunks({trunk_with_password({&carrier})});
  const auto leg = caller.calls_number(kNumber);
  const std::string first = carrier.expect("INVITE");
  EXPECT_EQ(header(first, "Authorization"), "");
  carrier.respond(first, 401, {.extra = fmt::format(fmt::runtime(kChallenge), "n1", name)});
  const std::string second = carrier.expect("INVITE");
  EXPECT_EQ(header(second, "CSeq"), "2 INVITE");
  EXPECT_EQ(header(second, "Call-ID"), header(first, "Call-ID"));
  EXPECT_TRUE(is_authorized(second, "INVITE", algorithm)) << second;
  carrier.answer(second);
  EXPECT_TRUE(caller.reports_.next_signal<call::LegAnswered>());
  EXPECT_EQ(header(carrier.expect("ACK"), "Authorization"), header(second, "Authorization"));

  caller.legs_->post_hang_up(leg);
  carrier.respond(carrier.expect("BYE"), 401, {.extra = fmt::format(fmt::runtime(kChallenge), "n2", name)});
  const std::string bye = carrier.expect("BYE");
  EXPECT_TRUE(is_authorized(bye, "BYE", algorithm)) << bye;
  carrier.respond(bye, 200);
  EXPECT_TRUE(caller.is_idle());
}

INSTANTIATE_TEST_SUITE_P(digest, every_algorithm,
                         ::testing::Values(std::pair("MD5", Challenge::Algorithm::md5),
                                           std::pair("SHA-256", Challenge::Algorithm::sha256)),
                         [](const auto& kind) {
                           return std::string(kind.param.second == Challenge::Algorithm::md5 ? "md5"
                                                                                             : "sha256");
                         });

TEST(trunk_out, a_challenge_to_a_prack_is_answered) {
  Caller caller;
  Callee carrier(caller.address());
  caller.has_trunks({trunk_with_password({&carrier})});
  caller.calls_number(kNumber);
  const std::string invite = carrier.expect("INVITE");
  carrier.respond(invite, 183, {.extra = "Require: 100rel\r\nRSeq: 7\r\n"});
  const std::string first = carrier.expect("PRACK");
  carrier.respond(first, 407,
                  {.extra = "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", qop=\"auth\"\r\n"});
  const std::string second = carrier.expect("PRACK");
  EXPECT_EQ(header(second, "RAck"), "7 1 INVITE");
  EXPECT_EQ(header(second, "CSeq"), "3 PRACK");
  EXPECT_NE(header(second, "Proxy-Authorization").find("username=\"contoso\""), std::string::npos) << second;
  carrier.respond(second, 200);
  carrier.answer(invite);
  EXPECT_TRUE(caller.reports_.next_signal<call::LegRinging>());
  EXPECT_TRUE(caller.reports_.next_signal<call::LegAnswered>());
}

TEST(trunk_out, a_wrong_password_is_tried_once) {
  Caller caller;
  Callee carrier(caller.address());
  caller.has_trunks({trunk_with_password({&carrier})});
  caller.calls_number(kNumber);
  carrier.respond(carrier.expect("INVITE"), 401,
                  {.extra = fmt::format(fmt::runtime(kChallenge), "n1", "MD5")});
  carrier.respond(carrier.expect("INVITE"), 401,
                  {.extra = fmt::format(fmt::runtime(kChallenge), "n1", "MD5")});
  const auto failed = caller.reports_.next_signal<call::LegFailed>();
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 401);
  EXPECT_EQ(carrier.expect("INVITE", 300), "");
}

TEST(trunk_out, a_phone_that_asks_for_a_password_gets_none) {
  Caller caller;
  Callee ada(caller.address());
  caller.has_trunks({trunk_with_password({})});
  caller.knows_ada_at("sip:ada@" + ada.address());
  caller.calls_ada();
  ada.respond(ada.expect("INVITE"), 401, {.extra = fmt::format(fmt::runtime(kChallenge), "n1", "MD5")});
  const auto failed = caller.reports_.next_signal<call::LegFailed>();
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 401);
}

TEST(trunk_out, a_503_leads_to_the_next_target_with_a_fresh_request) {
  Caller caller;
  Callee first(caller.address()), second(caller.address());
  caller.has_trunks({trunk({&first, &second})});
  caller.calls_number(kNumber);
  const std::string refused = first.expect("INVITE");
  first.respond(refused, 503);
  EXPECT_FALSE(first.expect("ACK").empty());
  const std::string invite = second.expect("INVITE");
  EXPECT_TRUE(invite.starts_with("INVITE sip:+14255550100@" + second.address())) << invite;
  EXPECT_EQ(header(invite, "Call-ID"), header(refused, "Call-ID"));
  second.answer(invite);
  EXPECT_TRUE(caller.reports_.next_signal<call::LegAnswered>());

  caller.calls_number(kNumber);  // the first is left alone for a while
  EXPECT_FALSE(second.expect("INVITE").empty());
  EXPECT_EQ(first.receive(200), "");
}

TEST(trunk_out, a_silent_target_is_given_up_and_hung_up_should_it_wake) {
  Caller caller;
  Callee first(caller.address()), second(caller.address());
  caller.has_trunks({trunk({&first, &second})});
  caller.calls_number(kNumber);
  const std::string ignored = first.expect("INVITE");
  const std::string invite = second.expect("INVITE");
  ASSERT_FALSE(invite.empty());
  first.respond(ignored, 180);
  EXPECT_FALSE(first.expect("CANCEL").empty());
  second.answer(invite);
  EXPECT_TRUE(caller.reports_.next_signal<call::LegAnswered>());
  first.respond(ignored, 200, {.tag = "late", .rtp_port = 4000});
  EXPECT_NE(header(first.expect("ACK"), "To").find("tag=late"), std::string::npos);
  EXPECT_FALSE(first.expect("BYE").empty());
  EXPECT_TRUE(caller.reports_.nothing_more());
}

TEST(trunk_out, a_dead_tcp_target_leads_to_the_next) {
  Caller caller(10s);  // a refused connection needs no waiting
  Callee second(caller.address(1), SOCK_STREAM);
  auto entry = trunk({});
  entry.transport = Transport::tcp;
  entry.targets = {"sip:127.0.0.1:9", "sip:" + second.address()};
  caller.has_trunks({entry});
  caller.calls_number(kNumber);
  const std::string invite = second.expect("INVITE");
  EXPECT_NE(header(invite, "Via").find("SIP/2.0/TCP"), std::string::npos);
  second.answer(invite);
  EXPECT_TRUE(caller.reports_.next_signal<call::LegAnswered>());
}

TEST(trunk_out, a_refusal_by_the_callee_is_not_tried_elsewhere) {
  Caller caller;
  Callee first(caller.address()), second(caller.address());
  caller.has_trunks({trunk({&first, &second})});
  caller.calls_number(kNumber);
  first.respond(first.expect("INVITE"), 486);
  const auto failed = caller.reports_.next_signal<call::LegFailed>();
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 486);
  EXPECT_EQ(second.receive(300), "");
}

TEST(trunk_out, when_all_targets_are_silent_the_callee_is_unreachable) {
  Caller caller(100ms);
  auto entry = trunk({});
  entry.transport = Transport::tcp;
  entry.targets = {"sip:127.0.0.1:9", "sip:127.0.0.1:10"};
  caller.has_trunks({entry});
  caller.calls_number(kNumber);
  const auto failed = caller.reports_.next_signal<call::LegFailed>();
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 0);
  EXPECT_FALSE(failed->no_route);
  EXPECT_TRUE(caller.is_idle());
}

TEST(trunk_out, no_more_calls_than_the_trunk_has_lines) {
  Caller caller;
  Callee carrier(caller.address());
  auto entry = trunk({&carrier});
  entry.max_calls = 1;
  caller.has_trunks({entry});
  const auto leg = caller.calls_number(kNumber);
  const std::string invite = carrier.expect("INVITE");
  carrier.answer(invite);
  ASSERT_TRUE(caller.reports_.next_signal<call::LegAnswered>());
  caller.calls_number(kNumber);
  const auto failed = caller.reports_.next_signal<call::LegFailed>();
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 503);
  EXPECT_EQ(caller.legs_->metrics().trunks().front().calls, 1u);
  carrier.expect("ACK");
  caller.legs_->post_hang_up(leg);
  carrier.respond(carrier.expect("BYE"), 200);
  ASSERT_TRUE(caller.is_idle());
  caller.calls_number(kNumber);
  EXPECT_FALSE(carrier.expect("INVITE").empty());
}

TEST(trunk_out, options_find_out_who_is_there) {
  Caller caller;
  Callee first(caller.address()), second(caller.address());
  auto entry = trunk({&first, &second});
  entry.probe = 100ms;
  caller.has_trunks({entry});
  const std::string options = first.expect("OPTIONS");
  EXPECT_TRUE(options.starts_with("OPTIONS sip:" + first.address() + " SIP/2.0")) << options;
  first.respond(options, 503);
  second.respond(second.expect("OPTIONS"), 405);  // it is there, whatever it thinks of OPTIONS
  const auto shown = [&] { return caller.legs_->metrics().trunks().front().targets; };
  EXPECT_TRUE(testing::comes_true([&] { return !shown()[0].second && shown()[1].second; }));
  caller.calls_number(kNumber);
  EXPECT_FALSE(second.expect("INVITE").empty());
}

TEST(trunk_out, registers_answers_the_challenge_and_refreshes) {
  Caller caller;
  Callee carrier(caller.address());
  auto entry = trunk_with_password({&carrier});
  entry.registers = true;
  caller.has_trunks({entry});
  const std::string first = carrier.expect("REGISTER");
  EXPECT_TRUE(first.starts_with("REGISTER sip:" + carrier.address() + " SIP/2.0")) << first;
  EXPECT_EQ(header(first, "To"), "<sip:contoso@127.0.0.1>");
  EXPECT_EQ(header(first, "Expires"), "600");
  carrier.respond(first, 401, {.extra = fmt::format(fmt::runtime(kChallenge), "n1", "SHA-256")});
  const std::string second = carrier.expect("REGISTER");
  EXPECT_TRUE(is_authorized(second, "REGISTER", Challenge::Algorithm::sha256)) << second;
  EXPECT_EQ(header(second, "Contact"), "<sip:contoso@" + caller.address().to_string() + ">");
  // Three seconds: the refresh comes after half of that at the earliest.
  carrier.respond(second, 200,
                  {.extra = "Contact: " + header(second, "Contact") + ";expires=3\r\nExpires: 600\r\n"});
  EXPECT_TRUE(
      testing::comes_true([&] { return caller.legs_->metrics().trunks().front().registered == true; }));
  const std::string refresh = carrier.expect("REGISTER", 20'000);
  EXPECT_EQ(header(refresh, "Call-ID"), header(first, "Call-ID"));
  EXPECT_EQ(header(refresh, "CSeq"), "3 REGISTER");
}

TEST(trunk_out, what_was_registered_is_taken_back_and_not_made_again) {
  Caller caller;
  Callee carrier(caller.address());
  auto entry = trunk_with_password({&carrier});
  entry.registers = true;
  caller.has_trunks({entry});
  const std::string first = carrier.expect("REGISTER");
  carrier.respond(first, 200, {.extra = "Expires: 2\r\n"});
  ASSERT_TRUE(
      testing::comes_true([&] { return caller.legs_->metrics().trunks().front().registered == true; }));
  std::thread stopping([&] { caller.legs_->withdraw().wait_for(20s); });
  std::string last = carrier.expect("REGISTER");
  if (header(last, "Expires") != "0") last = carrier.expect("REGISTER");  // a refresh was on its way
  EXPECT_EQ(header(last, "Expires"), "0");
  EXPECT_EQ(header(last, "Contact"), header(first, "Contact"));
  carrier.respond(last, 401, {.extra = fmt::format(fmt::runtime(kChallenge), "n1", "MD5")});
  const std::string proven = carrier.expect("REGISTER");
  EXPECT_EQ(header(proven, "Expires"), "0");
  EXPECT_TRUE(is_authorized(proven, "REGISTER", Challenge::Algorithm::md5));
  carrier.respond(proven, 200);
  stopping.join();
  EXPECT_EQ(carrier.expect("REGISTER", 2'000), "");  // the refresh would have come by now
}

TEST(trunk_out, a_trunk_that_a_reload_leaves_out_loses_its_registration) {
  Caller caller;
  Callee carrier(caller.address());
  auto entry = trunk_with_password({&carrier});
  entry.registers = true;
  caller.has_trunks({entry});
  carrier.respond(carrier.expect("REGISTER"), 200);
  ASSERT_TRUE(
      testing::comes_true([&] { return caller.legs_->metrics().trunks().front().registered == true; }));
  caller.has_trunks({});
  EXPECT_EQ(header(carrier.expect("REGISTER"), "Expires"), "0");
}

TEST(trunk_out, taking_back_does_not_wait_for_the_silent_or_for_what_was_never_registered) {
  Caller caller;
  Callee carrier(caller.address());
  caller.has_trunks({trunk({&carrier})});
  caller.legs_->withdraw().wait_for(20s);
  auto entry = trunk_with_password({&carrier});
  entry.registers = true;
  caller.has_trunks({entry});
  carrier.respond(carrier.expect("REGISTER"), 200);
  ASSERT_TRUE(
      testing::comes_true([&] { return caller.legs_->metrics().trunks().front().registered == true; }));
  caller.legs_->withdraw().wait_for(10ms);
  EXPECT_EQ(header(carrier.expect("REGISTER"), "Expires"), "0");
}

TEST(trunk_out, registers_with_the_second_target_if_the_first_refuses) {
  Caller caller;
  Callee first(caller.address()), second(caller.address());
  auto entry = trunk_with_password({&first, &second});
  entry.registers = true;
  caller.has_trunks({entry});
  first.respond(first.expect("REGISTER"), 503);
  const std::string elsewhere = second.expect("REGISTER", 20'000);
  ASSERT_FALSE(elsewhere.empty());
  second.respond(elsewhere, 200);
  EXPECT_TRUE(
      testing::comes_true([&] { return caller.legs_->metrics().trunks().front().registered == true; }));
}

TEST(trunk_out, a_reload_that_changes_nothing_does_not_register_again) {
  Caller caller;
  Callee carrier(caller.address());
  auto entry = trunk_with_password({&carrier});
  entry.registers = true;
  caller.has_trunks({entry});
  carrier.respond(carrier.expect("REGISTER"), 200);
  EXPECT_TRUE(
      testing::comes_true([&] { return caller.legs_->metrics().trunks().front().registered == true; }));
  caller.has_trunks({entry});
  EXPECT_EQ(carrier.expect("REGISTER", 300), "");
  entry.targets = {"sip:127.0.0.1:9"};
  caller.has_trunks({entry});
  EXPECT_TRUE(
      testing::comes_true([&] { return caller.legs_->metrics().trunks().front().registered == false; }));
}

TEST(trunk_out, a_domain_is_found_by_srv_in_the_order_of_its_records) {
  NameServer dns;
  Caller caller(300ms, {dns.address()});
  Callee first(caller.address()), second(caller.address());
  dns.has_service("_sip._udp.carrier.example.com",
                  {{20, 0, second.port(), "b.example.com"}, {10, 0, first.port(), "a.example.com"}});
  dns.has_address("a.example.com", "127.0.0.1");
  dns.has_address("b.example.com", "127.0.0.1");
  auto entry = trunk({});
  entry.targets = {"sip:carrier.example.com"};
  caller.has_trunks({entry});
  caller.calls_number(kNumber);
  const std::string invite = first.expect("INVITE");
  EXPECT_TRUE(invite.starts_with("INVITE sip:+14255550100@carrier.example.com;user=phone ")) << invite;
  first.respond(invite, 503);
  EXPECT_FALSE(second.expect("INVITE").empty());
}

TEST(trunk_out, a_written_port_asks_for_the_address_only) {
  NameServer dns;
  Caller caller(300ms, {dns.address()});
  Callee carrier(caller.address());
  dns.has_address("carrier.example.com", "127.0.0.1");
  auto entry = trunk({});
  entry.targets = {fmt::format("sip:carrier.example.com:{}", carrier.port())};
  caller.has_trunks({entry});
  caller.calls_number(kNumber);
  EXPECT_FALSE(carrier.expect("INVITE").empty());
  EXPECT_EQ(dns.asked(), (std::vector<std::string>{"carrier.example.com"}));
}

TEST(trunk_out, a_name_that_nobody_knows_is_unreachable_and_can_be_given_up_meanwhile) {
  NameServer dns;
  Caller caller(300ms, {dns.address()});
  auto entry = trunk({});
  entry.targets = {"sip:nowhere.example.com"};
  caller.has_trunks({entry});
  caller.calls_number(kNumber);
  const auto failed = caller.reports_.next_signal<call::LegFailed>();
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 0);
  dns.stops_answering();
  const auto leg = caller.calls_number(kNumber);
  caller.legs_->post_hang_up(leg);
  EXPECT_TRUE(caller.is_idle());
  EXPECT_TRUE(caller.reports_.nothing_more());
}

}  // namespace
}  // namespace tonearm::sip
