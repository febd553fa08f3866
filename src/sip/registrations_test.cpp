#include "sip/registrations.hpp"

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

using namespace std::chrono_literals;

const base::TimePoint kNow{24h};
const Flow kUdp{Transport::udp, 0, {"198.51.100.1", 5060}, {"192.0.2.1", 5070}};
const Flow kTcp{Transport::tcp, 1, {"198.51.100.1", 5060}, {"192.0.2.1", 41000}};
constexpr Registrations::Limits kLimits{60s, 3600s};
constexpr const char* kDesk = "sip:ada@192.0.2.1:5070";
constexpr const char* kMobile = "sip:ada@10.0.0.7:5060";

RegisterRequest request(std::vector<RegisterRequest::Contact> contacts, std::uint32_t cseq = 1) {
  RegisterRequest made;
  made.contacts = std::move(contacts);
  made.call_id = "c1";
  made.cseq = cseq;
  made.flow = kUdp;
  return made;
}

std::vector<std::string> uris(const Registrations& registrations, base::TimePoint now = kNow) {
  std::vector<std::string> found;
  for (const auto& one : registrations.contacts_of("ada", now)) found.push_back(one.uri);
  return found;
}

using Uris = std::vector<std::string>;

TEST(registrations, several_phones_of_a_user_are_kept_the_latest_first) {
  Registrations all(kLimits);
  EXPECT_FALSE(all.apply("ada", request({{kDesk, 120}}), kNow));
  EXPECT_FALSE(all.apply("ada", request({{kMobile, {}}}, 2), kNow));
  EXPECT_EQ(uris(all), (Uris{kMobile, kDesk}));
  EXPECT_EQ(all.count(), 2u);
  EXPECT_TRUE(all.contacts_of("bob", kNow).empty());
  EXPECT_EQ(
      all.contact_headers("ada", kNow),
      "Contact: <sip:ada@10.0.0.7:5060>;expires=3600\r\nContact: <sip:ada@192.0.2.1:5070>;expires=120\r\n");
}

TEST(registrations, a_refresh_replaces_its_contact_however_it_is_spelt) {
  Registrations all(kLimits);
  EXPECT_FALSE(all.apply("ada", request({{"sip:ada@Phone.Example.com;ob;transport=TCP", 120}}), kNow));
  EXPECT_FALSE(all.apply("ada", request({{"sip:ada@phone.example.com;transport=tcp", 120}}, 2), kNow + 60s));
  EXPECT_EQ(all.count(), 1u);
  EXPECT_EQ(all.contacts_of("ada", kNow + 120s).size(), 1u);
  EXPECT_FALSE(all.apply("ada", request({{"sip:ada@phone.example.com", 120}}, 3), kNow + 60s));
  EXPECT_EQ(all.count(), 2u);
}

TEST(registrations, the_time_is_what_was_asked_within_the_limits) {
  struct Case {
    std::optional<std::uint32_t> contact, header;
    long granted;
  };
  for (const Case& c : {Case{{}, {}, 3600}, Case{{}, 100, 100}, Case{200, 100, 200}, Case{60, {}, 60},
                        Case{UINT32_MAX, {}, 3600}}) {
    Registrations all(kLimits);
    auto asked = request({{kDesk, c.contact}});
    asked.expires = c.header;
    EXPECT_FALSE(all.apply("ada", asked, kNow));
    EXPECT_EQ(all.contacts_of("ada", kNow).front().expires - kNow, std::chrono::seconds(c.granted));
  }
  Registrations all(kLimits);
  auto over_tcp = request({{kDesk, {}}});
  over_tcp.flow = kTcp;
  EXPECT_FALSE(all.apply("ada", over_tcp, kNow));
  EXPECT_EQ(all.contacts_of("ada", kNow).front().expires - kNow, 600s);
}

TEST(registrations, too_short_is_423_and_says_what_is_enough) {
  Registrations all(kLimits);
  const auto refusal = all.apply("ada", request({{kDesk, 120}, {kMobile, 59}}), kNow);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 423);
  EXPECT_NE(refusal->headers.find("Min-Expires: 60\r\n"), std::string::npos);
  EXPECT_EQ(all.count(), 0u);  // whole or not at all
}

TEST(registrations, zero_unregisters_one_and_a_star_all) {
  Registrations all(kLimits);
  EXPECT_FALSE(all.apply("ada", request({{kDesk, 120}, {kMobile, 120}}), kNow));
  EXPECT_FALSE(all.apply("ada", request({{kDesk, 0}}, 2), kNow));
  EXPECT_EQ(uris(all), Uris{kMobile});
  RegisterRequest star = request({}, 3);
  star.all = true;
  EXPECT_EQ(all.apply("ada", star, kNow)->status, 400);
  star.expires = 0;
  EXPECT_FALSE(all.apply("ada", star, kNow));
  EXPECT_EQ(all.count(), 0u);
  star.contacts = {{kDesk, 0}};
  EXPECT_EQ(all.apply("ada", star, kNow)->status, 400);
}

TEST(registrations, what_was_overtaken_changes_nothing) {
  Registrations all(kLimits);
  EXPECT_FALSE(all.apply("ada", request({{kDesk, 120}}, 7), kNow));
  EXPECT_EQ(all.apply("ada", request({{kDesk, 0}}, 7), kNow)->status, 500);
  EXPECT_EQ(all.apply("ada", request({{kDesk, 0}, {kMobile, 120}}, 6), kNow)->status, 500);
  EXPECT_EQ(uris(all), Uris{kDesk});
  RegisterRequest rebooted = request({{kDesk, 240}}, 1);
  rebooted.call_id = "c2";
  EXPECT_FALSE(all.apply("ada", rebooted, kNow));
  EXPECT_EQ(all.contacts_of("ada", kNow).front().expires - kNow, 240s);
}

TEST(registrations, a_request_without_contacts_only_asks) {
  Registrations all(kLimits);
  EXPECT_FALSE(all.apply("ada", request({{kDesk, 120}}), kNow));
  EXPECT_FALSE(all.apply("ada", request({}, 2), kNow + 20s));
  EXPECT_EQ(all.contact_headers("ada", kNow + 20s), "Contact: <sip:ada@192.0.2.1:5070>;expires=100\r\n");
}

TEST(registrations, a_user_has_ten_phones_at_most_and_the_oldest_gives_way) {
  Registrations all(kLimits);
  for (unsigned i = 1; i <= 12; ++i) {
    EXPECT_FALSE(
        all.apply("ada", request({{"sip:ada@192.0.2.1:" + std::to_string(6000 + i), 120}}, i), kNow));
  }
  EXPECT_EQ(all.count(), Registrations::kContactsMax);
  EXPECT_EQ(uris(all).back(), "sip:ada@192.0.2.1:6003");
  EXPECT_EQ(
      all.apply("ada", request(std::vector<RegisterRequest::Contact>(11, {kDesk, 120}), 20), kNow)->status,
      400);
}

TEST(registrations, expired_ones_are_nowhere_and_the_next_time_is_known) {
  Registrations all(kLimits);
  EXPECT_FALSE(all.next_expiry());
  EXPECT_FALSE(all.apply("ada", request({{kDesk, 120}}), kNow));
  EXPECT_FALSE(all.apply("bob", request({{kMobile, 300}}), kNow));
  EXPECT_EQ(all.next_expiry(), kNow + 120s);
  EXPECT_TRUE(all.contacts_of("ada", kNow + 120s).empty());  // also before anybody has swept
  all.expire(kNow + 120s);
  EXPECT_EQ(all.count(), 1u);
  EXPECT_EQ(all.next_expiry(), kNow + 300s);
  all.expire(kNow + 300s);
  EXPECT_FALSE(all.next_expiry());
}

TEST(registrations, a_closed_connection_takes_its_own_with_it) {
  Registrations all(kLimits);
  RegisterRequest over_tcp = request({{kMobile, 120}});
  over_tcp.flow = kTcp;
  EXPECT_FALSE(all.apply("ada", over_tcp, kNow));
  EXPECT_FALSE(all.apply("ada", request({{kDesk, 120}}, 2), kNow));
  all.close(kTcp);
  EXPECT_EQ(uris(all), Uris{kDesk});
  EXPECT_EQ(all.count(), 1u);
}

TEST(registrations, who_leaves_the_directory_is_dropped_and_the_others_stay) {
  Registrations all(kLimits);
  EXPECT_FALSE(all.apply("ada", request({{kDesk, 120}}), kNow));
  EXPECT_FALSE(all.apply("bob", request({{kMobile, 120}}), kNow));
  all.keep({"bob", "carol"});
  EXPECT_TRUE(uris(all).empty());
  EXPECT_EQ(all.contacts_of("bob", kNow).size(), 1u);
}

TEST(registrations, a_phone_is_reached_where_it_really_is) {
  const auto hop = [](const char* uri, const Flow& flow) {
    return next_hop(Registration{uri, flow, {}, {}, 0});
  };
  EXPECT_EQ(hop("sip:ada@192.0.2.1:5071", kUdp), (NextHop{Transport::udp, 0, "192.0.2.1", 5071}));
  EXPECT_EQ(hop("sip:ada@192.0.2.1;transport=TCP", kUdp), (NextHop{Transport::tcp, 0, "192.0.2.1", 0}));
  EXPECT_EQ(hop(kMobile, kUdp), (NextHop{Transport::udp, 0, "192.0.2.1", 5070}));  // behind NAT
  EXPECT_EQ(hop("sip:ada@203.0.113.9", kUdp),
            (NextHop{Transport::udp, 0, "192.0.2.1", 5070}));  // not a third party
  EXPECT_EQ(hop("sip:ada@victim.example.com", kUdp), (NextHop{Transport::udp, 0, "192.0.2.1", 5070}));
  EXPECT_EQ(hop("sip:ada@192.0.2.1:5071;transport=tcp", kTcp),
            (NextHop{Transport::tcp, 1, "192.0.2.1", 41000}));
}

TEST(registrations, a_source_is_known_while_a_phone_is_registered_from_it) {
  Registrations all(kLimits);
  EXPECT_FALSE(all.apply("ada", request({{kMobile, 120}}), kNow));
  EXPECT_TRUE(all.has_source("ada", "192.0.2.1"));
  EXPECT_FALSE(all.has_source("ada", "10.0.0.7"));
  EXPECT_FALSE(all.has_source("bob", "192.0.2.1"));
}

}  // namespace
}  // namespace tonearm::sip
