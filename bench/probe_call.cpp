#include "probe_call.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <ranges>
#include <stdexcept>

namespace tonearm::bench {
namespace {

using namespace std::chrono_literals;
using testing::HeardPacket;
using testing::realtime_ns;

constexpr std::int64_t kPacketTime = 20'000'000;  // [ns]
constexpr int kShortPackets = 5;
constexpr std::uint8_t kEventPayload = 101;  // the phone's
constexpr std::uint32_t kKeySsrc = 77;

/// 8 kHz mono, every sample the same: each packet of it is the same byte 160 times, which says what prompt it
/// is.
std::string level_wav(std::int16_t level, int packets) {
  std::string wav = testing::tone_wav(0, packets * 0.02, 8000);
  for (std::size_t at = 44; at + 1 < wav.size(); at += 2) std::memcpy(wav.data() + at, &level, sizeof level);
  return wav;
}

testing::HttpConnection connect_stamped(const base::Endpoint& server) {
  testing::Socket socket(SOCK_STREAM, {"127.0.0.1", 0});
  const int on = 1;
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  socket.connect(server);
  return testing::HttpConnection(std::move(socket));
}

/// When the kernel got what can be read next from a stream [ns, CLOCK_REALTIME].
std::int64_t arrival(const testing::Socket& socket) {
  char byte = 0;
  std::array<char, 256> control;
  iovec part{&byte, 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (!socket.readable(10s) || ::recvmsg(socket.fd(), &message, MSG_PEEK) != 1)
    throw std::runtime_error("no answer to the cancel");
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp;
    std::memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
    return stamp.tv_sec * 1'000'000'000LL + stamp.tv_nsec;
  }
  return realtime_ns();
}

double microseconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1000;
}

}  // namespace

ProbeCall::ProbeCall(const MeasuredServer& server, testing::Bot& bot)
    : bot_(bot),
      phone_server_(server.sip()),
      phone_(phone_server_),
      api_(api_of(server, "/v1.0/communications/calls")),
      cancels_(connect_stamped(server.http())) {
  bot_.serve("/probe.wav", level_wav(8000, 250));
  bot_.serve("/high.wav", level_wav(8000, kShortPackets));
  bot_.serve("/low.wav", level_wav(-8000, kShortPackets));
  phone_.send_invite("load", phone_.sdp());
  id_ = bot_.wait_incoming();
  if (id_.empty() || api_.answer(id_, bot_.url()).status() != 202)
    throw std::runtime_error("the probe call was not announced");
  if (!phone_.wait_status(200, "INVITE")) throw std::runtime_error("the probe call was not answered");
  phone_.send_ack();
  phone_.rtp().speak(phone_.media());
  if (!bot_.wait_audio()) throw std::runtime_error("the probe call got no audio");
}

std::string ProbeCall::play(const std::string& file) {
  const auto answer = api_.play(id_, bot_.url(file));
  if (answer.status() != 200) throw std::runtime_error("no play: " + answer.response.body);
  return answer.id();
}

CancelTimes ProbeCall::cancel_once(std::chrono::microseconds phase) {
  const std::string play_id = play("/probe.wav");
  if (!phone_.rtp().wait_voiced(2)) throw std::runtime_error("the prompt does not sound");
  std::this_thread::sleep_for(phase);

  const std::int64_t sent = realtime_ns();
  cancels_.write("POST /v1.0/communications/calls/" + id_ + "/cancelMediaProcessing HTTP/1.1\r\nHost: " +
                 api_.server().to_string() + "\r\nAuthorization: Bearer " + api_.token() +
                 "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  const std::int64_t answered = arrival(cancels_.socket());
  const auto response = cancels_.read();
  if (!response || response->status() != 200) throw std::runtime_error("the cancel failed");
  const auto body = boost::json::parse(response->body).as_object();

  if (!bot_.wait_operation_end(play_id)) throw std::runtime_error("the prompt's ending was not told");
  std::this_thread::sleep_for(60ms);
  CancelTimes times{.stop = body.at("@tonearm.stopMicroseconds").to_number<double>(),
                    .answered = microseconds(answered - sent)};
  for (const HeardPacket& packet : phone_.rtp().heard()) {
    if (!packet.voiced()) continue;
    times.last_packet = microseconds(packet.at_ns - sent);
    if (packet.at_ns > answered) ++times.packets_after;
  }
  return times;
}

std::vector<double> ProbeCall::gaps(int prompts) {
  const std::size_t heard_before = phone_.rtp().count();
  std::string last;
  for (int i = 0; i < prompts; ++i) last = play(i % 2 == 0 ? "/high.wav" : "/low.wav");
  if (!bot_.wait_operation_end(last)) throw std::runtime_error("the last prompt's ending was not told");

  std::vector<double> gaps;
  const HeardPacket* previous = nullptr;
  const auto packets = phone_.rtp().heard();
  for (const HeardPacket& packet : packets | std::views::drop(heard_before)) {
    if (!packet.voiced()) continue;
    if (previous != nullptr && previous->payload[0] != packet.payload[0])
      gaps.push_back(microseconds(packet.at_ns - previous->at_ns - kPacketTime));
    previous = &packet;
  }
  if (gaps.size() + 1 != static_cast<std::size_t>(prompts))
    throw std::runtime_error("a prompt was not heard");
  return gaps;
}

double ProbeCall::key_once(std::chrono::microseconds phase) {
  if (!std::exchange(subscribed_, true) &&
      api_.request("POST", "/" + id_ + "/subscribeToTone", "{}").status() != 200)
    throw std::runtime_error("no tone subscription");
  const auto send = [&](bool end, std::uint16_t duration, bool marker) {
    const std::string event{5, end ? char(0x8A) : char(0x0A), char(duration >> 8), char(duration & 0xFF)};
    phone_.rtp().send(phone_.media(), sequence_++, timestamp_, kKeySsrc, kEventPayload, event, marker);
  };
  std::this_thread::sleep_for(phase);
  for (std::uint16_t update = 1; update <= 5; ++update) {
    send(false, static_cast<std::uint16_t>(160 * update), update == 1);
    std::this_thread::sleep_for(20ms);
  }
  const std::int64_t released = realtime_ns();
  for (int i = 0; i < 3; ++i) send(true, 800, false);
  timestamp_ += 1600;
  const auto told = bot_.wait([](const testing::Heard& heard) { return heard.data().contains("toneInfo"); });
  if (!told) throw std::runtime_error("a key was not told");
  return microseconds(told->at_ns - released);
}

double ProbeCall::set_up_once() {
  testing::SipPhone phone(phone_server_);
  const std::int64_t sent = realtime_ns();
  phone.send_invite("load", phone.sdp());
  const std::string call = bot_.wait_incoming();
  if (call.empty() || api_.answer(call, bot_.url()).status() != 202)
    throw std::runtime_error("a call was not announced");
  const auto ok = phone.wait_status(200, "INVITE");
  if (!ok) throw std::runtime_error("a call was not answered");
  phone.send_ack();
  if (!bot_.wait_audio()) throw std::runtime_error("a call got no audio");
  phone.send_bye();
  if (!bot_.wait_state("terminated")) throw std::runtime_error("a call did not end");
  return microseconds(ok->at_ns - sent);
}

}  // namespace tonearm::bench
