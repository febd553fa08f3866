#pragma once

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "sip/session.hpp"

// One session, a caller "far" and a callee "bobs", and what to look for among the actions. For tests only.

namespace tonearm::sip::testing {

inline const call::LocalMedia kLocal{{"198.51.100.1", 20000}, {"198.51.100.1", 20001}};
inline constexpr const char* kAudio = "m=audio 4000 RTP/AVP 0 8\r\n";

inline std::string sdp(const std::string& lines) {
  return "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n" + lines;
}

/// A request of the far end within the dialog that `incoming_session` begins.
inline Message request(const std::string& method, std::uint32_t cseq, const std::string& lines = {}) {
  Message message;
  message.method = method;
  message.request_uri = "sip:ivr@198.51.100.1";
  message.call_id = "call-1";
  message.from = {"<sip:ada@192.0.2.7>;tag=far", "", "sip:ada@192.0.2.7", "far"};
  message.to = {"<sip:ivr@198.51.100.1>;tag=near", "", "sip:ivr@198.51.100.1", "near"};
  message.cseq = cseq;
  message.contact = NameAddress{"<sip:ada@192.0.2.7:5070>", "", "sip:ada@192.0.2.7:5070", ""};
  message.flow.remote = {"192.0.2.7", 5070};
  if (!lines.empty()) {
    message.content_type = "application/sdp";
    message.body = sdp(lines);
  }
  return message;
}

inline Message invite(const std::string& lines = kAudio) {
  Message message = request("INVITE", 1, lines);
  message.to = {"<sip:ivr@198.51.100.1>", "", "sip:ivr@198.51.100.1", ""};
  message.local_tag = "near";
  return message;
}

inline SessionSetup setup() {
  SessionSetup made;
  made.contact = "<sip:tonearm@198.51.100.1:5060>";
  made.sdp_session = 42;
  return made;
}

inline Session incoming(const std::string& lines = kAudio) {
  auto session = Session::incoming(setup(), invite(lines), 7);
  EXPECT_TRUE(session);
  return std::move(*session);
}

inline Session established(const std::string& lines = kAudio) {
  Session session = incoming(lines);
  session.answer(kLocal);
  session.on_ack(request("ACK", 1));
  return session;
}

template <class Wanted>
const Wanted* find(const SessionActions& actions) {
  for (const auto& action : actions) {
    if (const auto* found = std::get_if<Wanted>(&action)) return found;
  }
  return nullptr;
}

template <class Wanted>
const Wanted* event(const SessionActions& actions) {
  const auto* found = find<SessionEvent>(actions);
  return found == nullptr ? nullptr : std::get_if<Wanted>(found);
}

inline int status(const SessionActions& actions) {
  const auto* response = find<SendResponse>(actions);
  return response == nullptr ? 0 : response->status;
}

inline std::string method(const SessionActions& actions) {
  const auto* sent = find<SendRequest>(actions);
  return sent == nullptr ? "" : sent->request.method;
}

inline Invitation invitation() {
  Invitation made;
  made.target = "sip:bob@203.0.113.5";
  made.from = "<sip:tonearm@198.51.100.1>";
  made.to = "<sip:bob@203.0.113.5>";
  made.call_id = "call-2";
  made.local_tag = "mine";
  made.next_hop = {Transport::udp, 0, "203.0.113.5", 0};
  return made;
}

inline Session calling(SessionActions* started = nullptr) {
  SessionActions actions;
  Session session = Session::outgoing(setup(), invitation(), kLocal, actions);
  if (started != nullptr) *started = std::move(actions);
  return session;
}

inline Message response(int code, const std::string& tag = "bobs",
                        const std::string& lines = "m=audio 6000 RTP/AVP 0\r\n") {
  Message message;
  message.is_request = false;
  message.method = "INVITE";
  message.status = code;
  message.reason = "Because";
  message.call_id = "call-2";
  message.from = {"<sip:tonearm@198.51.100.1>;tag=mine", "", "", "mine"};
  message.to = {"<sip:bob@203.0.113.5>;tag=" + tag, "", "sip:bob@203.0.113.5", tag};
  message.cseq = 1;
  message.contact = NameAddress{"", "", "sip:bob@203.0.113.6:5080", ""};
  message.flow.remote = {"203.0.113.5", 5060};
  if (code >= 200 && code < 300) {
    message.content_type = "application/sdp";
    message.body = sdp(lines);
  }
  return message;
}

}  // namespace tonearm::sip::testing
