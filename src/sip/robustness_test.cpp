#include <random>

#include <gtest/gtest.h>

#include "sip/call_leg.hpp"
#include "sip/decode.hpp"
#include "sip/libre.hpp"
#include "sip/libre_clock.hpp"
#include "sip/libre_noise.hpp"
#include "sip/loop.hpp"
#include "sip/screening.hpp"
#include "sip/test_peer.hpp"

// Bytes that no phone sends. Whatever comes, the server goes on and says nothing it should not.

namespace tonearm::sip {
namespace {

using testing::Peer;

class Silent : public call::SignalingListener {
 public:
  void on_invite(call::IncomingInvite) override {}
  void on_signal(call::LegRef, call::SignalBody) override {}
};

std::string invite_text(const Peer& peer, int number) {
  const std::string body =
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
  return fmt::format(
      "INVITE sip:ivr@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {0};branch=z9hG4bK{1};rport\r\nMax-Forwards: "
      "70\r\n"
      "From: \"Ada\" <sip:ada@{0}>;tag=t{1}\r\nTo: <sip:ivr@127.0.0.1>\r\nCall-ID: c{1}\r\nCSeq: 1 INVITE\r\n"
      "Contact: <sip:ada@{0}>\r\nRecord-Route: <sip:127.0.0.1;lr>\r\nRequire: \r\nContent-Type: "
      "application/sdp\r\n"
      "Content-Length: {2}\r\n\r\n{3}",
      peer.local().to_string(), number, body.size(), body);
}

std::string mutated(std::string text, std::mt19937& random) {
  const auto changes = 1 + random() % 6;
  for (std::size_t i = 0; i < changes; ++i) {
    const std::size_t at = random() % text.size();
    switch (random() % 4) {
      case 0:
        text[at] = static_cast<char>(random());
        break;
      case 1:
        text.erase(at, random() % 20);
        break;
      case 2:
        text.insert(at, text.substr(random() % text.size(), random() % 40));
        break;
      default:
        text.insert(at, std::string(random() % 300, "\r\n;,<>\"%:@ 0A"[random() % 13]));
    }
  }
  return text.substr(0, 8000);
}

std::unique_ptr<CallLegs> server(Silent& listener, const char* listen) {
  AgentSettings settings;
  settings.listen = {*ListenAddress::parse(listen)};
  settings.directory.open = true;
  settings.directory.applications = {{"ivr", {}, {"*"}}};
  auto legs = CallLegs::open(std::move(settings), {}, listener);
  EXPECT_TRUE(legs);
  return std::move(*legs);
}

std::string options(const Peer& peer, const char* transport) {
  return fmt::format(
      "OPTIONS sip:ivr@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/{1} {0};branch=z9hG4bKalive;rport\r\nMax-Forwards: "
      "70\r\n"
      "From: <sip:ada@{0}>;tag=alive\r\nTo: <sip:ivr@127.0.0.1>\r\nCall-ID: alive\r\nCSeq: 9 OPTIONS\r\n"
      "Content-Length: 0\r\n\r\n",
      peer.local().to_string(), transport);
}

/// True once the server answers OPTIONS; what it still says about earlier bytes is passed over.
bool answers_options(Peer& peer, const char* transport) {
  peer.send(options(peer, transport));
  for (std::string text = peer.receive(); !text.empty(); text = peer.receive()) {
    if (testing::header(text, "Call-ID") == "alive") return text.starts_with("SIP/2.0 200 ");
  }
  return false;
}

TEST(robustness, mutated_datagrams_leave_the_server_alive) {
  Silent listener;
  const auto legs = server(listener, "udp:127.0.0.1:0");
  const auto address = legs->listening().front().endpoint;
  std::mt19937 random(11);
  for (int round = 0; round < 40; ++round) {
    Peer peer("127.0.0.1", SOCK_DGRAM, address);
    for (int i = 0; i < 50; ++i) peer.send(mutated(invite_text(peer, round * 50 + i), random));
    ASSERT_TRUE(answers_options(peer, "UDP")) << "round " << round;
  }
}

TEST(robustness, random_datagrams_are_counted_and_not_printed) {
  Silent listener;
  const auto legs = server(listener, "udp:127.0.0.1:0");
  Peer peer("127.0.0.1", SOCK_DGRAM, legs->listening().front().endpoint);
  const auto before = libre_complaints();
  std::mt19937 random(5);
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 200; ++i) {
    std::string text(1 + random() % 1200, '\0');
    for (char& c : text) c = static_cast<char>(random() | 0x80);  // no STUN, no SIP
    peer.send(text);
  }
  EXPECT_TRUE(answers_options(peer, "UDP"));
  const std::string printed = ::testing::internal::GetCapturedStderr();
  EXPECT_TRUE(libre_is_quiet());
  EXPECT_GE(libre_complaints() - before, 150u);
  EXPECT_EQ(printed.find("sip: msg decode err"), std::string::npos);
}

TEST(robustness, libre_times_its_transactions_on_the_monotonic_clock) {
  EXPECT_TRUE(libre_keeps_steady_time());
  std::uint64_t due = 0;
  Loop loop;
  loop.run([&due] {
    tmr timer;
    tmr_init(&timer);
    tmr_start(
        &timer, 60'000, [](void*) {}, nullptr);
    due = timer.jfs;
    tmr_cancel(&timer);
  });
  const std::chrono::milliseconds at(due);
  EXPECT_LT(at - base::SteadyClock::now().time_since_epoch(), std::chrono::seconds(61));
  EXPECT_GT(at, std::chrono::seconds(59));
}

TEST(robustness, broken_streams_lose_their_connection_only) {
  Silent listener;
  const auto legs = server(listener, "tcp:127.0.0.1:0");
  const auto address = legs->listening().front().endpoint;
  std::mt19937 random(17);
  for (int round = 0; round < 100; ++round) {
    Peer broken("127.0.0.1", SOCK_STREAM, address);
    broken.send(mutated(invite_text(broken, round), random));
  }
  Peer peer("127.0.0.1", SOCK_STREAM, address);
  EXPECT_TRUE(answers_options(peer, "TCP"));
}

TEST(robustness, decoding_mutated_messages_never_crashes) {
  std::mt19937 random(23);
  Peer peer("127.0.0.1", SOCK_DGRAM, {"127.0.0.1", 9});
  for (int round = 0; round < 5000; ++round) {
    const std::string text = mutated(invite_text(peer, round), random);
    const Ref<mbuf> buffer(mbuf_alloc(text.size()));
    mbuf_write_mem(buffer.get(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    mbuf_set_pos(buffer.get(), 0);
    sip_msg* raw = nullptr;
    if (sip_msg_decode(&raw, buffer.get()) != 0) continue;
    const Ref<sip_msg> held(raw);
    const auto message = decode(*raw, 0);
    if (!message || !message->is_request) continue;
    (void)screen(*message);
    (void)has_unsafe_via(*raw);
    if (auto session = Session::incoming({}, *message, 1)) {
      session->answer({{"127.0.0.1", 20000}, {}});
      session->hang_up();
      const auto row = to_row(session->dialog());
      EXPECT_TRUE(dialog_of_row(row)) << row;
    }
  }
}

}  // namespace
}  // namespace tonearm::sip
