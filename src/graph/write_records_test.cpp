#include "graph/write_records.hpp"

#include <array>

#include "graph/masked.hpp"
#include "graph/test_examples.hpp"

namespace tonearm::graph {
namespace {

using namespace std::chrono_literals;

call::EndedCall example_record() {
  call::EndedCall ended{17, example_call()};
  call::CallSnapshot& call = ended.call;
  call.source = {call::Party::Kind::phone, "+14255550123", "Ada 425 555 0123", ""};
  call.end = call::CallEnd{call::CallEndReason::pstn_hung_up, 0, ""};
  call.record.created = base::WallTime(1'700'000'000s + 250ms);
  call.record.established = base::WallTime(1'700'000'002s);
  call.record.ended = base::WallTime(1'700'000'060s);
  call.record.codec = call::Codec::pcma;
  call.record.media = call::MediaStats{2'900, 2'890, 10, 1'500us, 7, 900us, 42'000us};
  return ended;
}

constexpr std::string_view kPage = R"({
  "records": [{"cursor": 17, "call": "6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901",
    "callChainId": "0d3c5a52-91d5-4a77-8f0e-7c2f0d1c6b10", "application": "ivr",
    "tenantId": "7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01", "direction": "incoming",
    "source": {"@odata.type": "#microsoft.graph.identitySet",
      "phone": {"@odata.type": "#microsoft.graph.identity", "id": "+xxxxxxxxx23", "displayName": "Ada xxx xxx xx23"}},
    "targets": [{"@odata.type": "#microsoft.graph.identitySet",
      "application": {"@odata.type": "#microsoft.graph.identity", "id": "2c7f8d14-90aa-4b0f-8c0d-3f1e5a6b7c05",
        "displayName": "Contoso bot"}}],
    "created": "2023-11-14T22:13:20.250Z", "established": "2023-11-14T22:13:22.000Z",
    "ended": "2023-11-14T22:14:20.000Z",
    "codec": "PCMA",
    "media": {"received": {"packets": 2890, "lost": 10, "jitterMicroseconds": 1500},
      "sent": {"packets": 2900, "lost": 7, "jitterMicroseconds": 900}, "roundTripMicroseconds": 42000, "oneWay": false},
    "code": 200, "subcode": 540000, "message": "The call was ended by the phone user. DiagCode: 200#540000.@"}],
  "next": 17, "more": true})";

TEST(WriteRecords, a_record_says_who_when_how_it_ended_and_how_it_sounded) {
  const std::array records{example_record()};
  EXPECT_EQ(boost::json::parse(write_records({records, 3, true}, false)),
            boost::json::parse({kPage.data(), kPage.size()}));
}

TEST(WriteRecords, numbers_are_shown_if_the_configuration_says_so) {
  const std::array records{example_record()};
  const auto source =
      boost::json::parse(write_records({records, 0, false}, true)).at_pointer("/records/0/source");
  EXPECT_EQ(text_at(source, "/phone/id"), "+14255550123");
  EXPECT_EQ(text_at(source, "/phone/displayName"), "Ada 425 555 0123");
}

TEST(WriteRecords, what_a_call_never_had_is_null) {
  std::array records{example_record()};
  records[0].call.record = {};
  records[0].call.end = call::CallEnd{call::CallEndReason::busy, 486, ""};
  const auto record = boost::json::parse(write_records({records, 0, false}, false)).at_pointer("/records/0");
  for (const char* member : {"created", "established", "ended", "codec", "media"}) {
    EXPECT_TRUE(record.at(member).is_null()) << member;
  }
  EXPECT_EQ(record.at("code"), 486);
}

TEST(WriteRecords, an_empty_page_leads_on_from_where_it_was_asked) {
  EXPECT_EQ(write_records({{}, 41, false}, false), R"({"records":[],"next":41,"more":false})");
}

TEST(WriteRecords, sound_in_one_direction_only_is_flagged) {
  std::array records{example_record()};
  records[0].call.record.media->packets_received = 0;
  const auto media =
      boost::json::parse(write_records({records, 0, false}, false)).at_pointer("/records/0/media");
  EXPECT_EQ(media.at("oneWay"), true);
}

TEST(WriteRecords, the_last_two_digits_of_long_numbers_stay) {
  EXPECT_EQ(masked_number("+14255550100"), "+xxxxxxxxx00");
  EXPECT_EQ(masked_number("5550100"), "xxxxx00");
  EXPECT_EQ(masked_number("100"), "xxx");
  EXPECT_EQ(masked_number("ada"), "ada");
  EXPECT_EQ(masked_number(""), "");
}

}  // namespace
}  // namespace tonearm::graph
