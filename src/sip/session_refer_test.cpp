#include <gtest/gtest.h>

#include "sip/refer.hpp"
#include "sip/test_session.hpp"

namespace tonearm::sip {
namespace {

using namespace sip::testing;
using Outcome = Referred::Outcome;

const std::string kLines = refer_lines("sip:bob@203.0.113.5", "sip:tonearm@198.51.100.1");

Message refer_response(int code) {
  Message message = response(code, "far", "");
  message.method = "REFER";
  message.cseq = 1;
  return message;
}

Message notify(std::uint32_t cseq, const std::string& fragment, const std::string& state = "active") {
  Message message = request("NOTIFY", cseq);
  message.event = "refer";
  message.subscription_state = state;
  message.content_type = "message/sipfrag";
  message.body = fragment;
  return message;
}

Outcome outcome(const SessionActions& actions) {
  const auto* told = event<Referred>(actions);
  EXPECT_NE(told, nullptr);
  return told == nullptr ? Outcome::failed : told->outcome;
}

TEST(session_refer, up__refer__accepted_then_done) {
  Session session = established();
  const auto asked = session.refer(kLines);
  ASSERT_EQ(method(asked), "REFER");
  EXPECT_NE(find<SendRequest>(asked)->request.headers.find("Refer-To: <sip:bob@203.0.113.5>\r\n"),
            std::string::npos);
  EXPECT_EQ(outcome(session.on_response(refer_response(202))), Outcome::accepted);
  const auto trying = session.on_request(notify(2, "SIP/2.0 180 Ringing\r\n"), 9);
  EXPECT_EQ(status(trying), 200);
  EXPECT_EQ(event<Referred>(trying), nullptr);
  const auto done = session.on_request(notify(3, "SIP/2.0 200 OK\r\n", "terminated"), 10);
  EXPECT_EQ(status(done), 200);
  EXPECT_EQ(outcome(done), Outcome::done);
  EXPECT_EQ(status(session.on_request(notify(4, "SIP/2.0 200 OK\r\n"), 11)), 481);  // nobody listens any more
}

TEST(session_refer, up__refused__failed_with_its_status) {
  Session session = established();
  session.refer(kLines);
  const auto refused = session.on_response(refer_response(603));
  EXPECT_EQ(outcome(refused), Outcome::failed);
  EXPECT_EQ(event<Referred>(refused)->status, 603);
  EXPECT_EQ(method(session.refer(kLines)), "REFER");  // may be asked again
}

TEST(session_refer, accepted__busy__failed) {
  Session session = established();
  session.refer(kLines);
  session.on_response(refer_response(202));
  const auto busy = session.on_request(notify(2, "SIP/2.0 486 Busy Here\r\n", "terminated"), 9);
  EXPECT_EQ(outcome(busy), Outcome::failed);
  EXPECT_EQ(event<Referred>(busy)->status, 486);
}

TEST(session_refer, accepted__subscription_ends_without_a_word__failed) {
  Session session = established();
  session.refer(kLines);
  session.on_response(refer_response(202));
  EXPECT_EQ(outcome(session.on_request(notify(2, "", "terminated"), 9)), Outcome::failed);
}

TEST(session_refer, asked__notify_overtakes_the_202__accepted_once) {
  Session session = established();
  session.refer(kLines);
  EXPECT_EQ(outcome(session.on_request(notify(2, "SIP/2.0 100 Trying\r\n"), 9)), Outcome::accepted);
  EXPECT_EQ(event<Referred>(session.on_response(refer_response(202))), nullptr);
}

TEST(session_refer, asked__nobody_answers__failed) {
  Session session = established();
  session.refer(kLines);
  EXPECT_EQ(outcome(session.on_request_failed("REFER", 408)), Outcome::failed);
  EXPECT_TRUE(session.on_request_failed("REFER", 408).empty());
}

TEST(session_refer, asked__challenge__once_more_with_the_next_cseq) {
  Session session = established();
  session.refer(kLines);
  const auto again = session.authorize_refer("Proxy-Authorization: Digest x\r\n");
  ASSERT_EQ(method(again), "REFER");
  const std::string& headers = find<SendRequest>(again)->request.headers;
  EXPECT_NE(headers.find("Proxy-Authorization: Digest x\r\n"), std::string::npos);
  EXPECT_NE(headers.find("CSeq: 2 REFER"), std::string::npos);
}

TEST(session_refer, not_up__refer__failed_at_once) {
  Session session = incoming();
  EXPECT_EQ(outcome(session.refer(kLines)), Outcome::failed);
}

TEST(session_refer, up__notify_that_nobody_wants__481) {
  Session session = established();
  EXPECT_EQ(status(session.on_request(notify(2, "SIP/2.0 200 OK\r\n"), 9)), 481);
}

TEST(refer, a_target_that_replaces_a_call_names_it_from_the_targets_side) {
  Dialog dialog;
  dialog.call_id = "a b@198.51.100.1";
  dialog.local_tag = "ours";
  dialog.remote_tag = "theirs";
  dialog.remote_target = "sip:bob@203.0.113.5:5080?x=y";
  EXPECT_EQ(target_that_replaces(dialog),
            "sip:bob@203.0.113.5:5080?Replaces=a%20b%40198.51.100.1%3Bto-tag%3Dtheirs%3Bfrom-tag%3Dours");
}

TEST(refer, the_status_of_a_fragment_is_that_of_its_first_line) {
  EXPECT_EQ(status_in_fragment("SIP/2.0 200 OK\r\n"), 200);
  EXPECT_EQ(status_in_fragment("SIP/2.0 603"), 603);
  for (const auto* body : {"", "SIP/2.0", "SIP/2.0 ", "SIP/2.0 2", "SIP/2.0 2000 x", "SIP/2.0 099 x",
                           "SIP/2.0 -20 x", "HTTP/1.1 200 OK"})
    EXPECT_FALSE(status_in_fragment(body)) << body;
}

}  // namespace
}  // namespace tonearm::sip
