#include "rtp_ear.hpp"

#include <algorithm>

#include "media/testing/far_end.hpp"

namespace tonearm::testing {
namespace {

void put16(std::uint8_t* at, std::uint16_t v) {
  at[0] = static_cast<std::uint8_t>(v >> 8);
  at[1] = static_cast<std::uint8_t>(v);
}
void put32(std::uint8_t* at, std::uint32_t v) {
  put16(at, static_cast<std::uint16_t>(v >> 16));
  put16(at + 2, static_cast<std::uint16_t>(v));
}
std::uint32_t get32(const std::uint8_t* at) {
  return static_cast<std::uint32_t>(at[0]) << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

std::size_t count_voiced(const std::vector<HeardPacket>& packets, std::size_t first) {
  const auto from = packets.begin() + static_cast<std::ptrdiff_t>(first);
  return static_cast<std::size_t>(std::count_if(from, packets.end(), [](auto& p) { return p.voiced(); }));
}

}  // namespace

std::optional<HeardPacket> parse_heard(const ReceivedDatagram& datagram) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(datagram.bytes.data());
  const std::size_t size = datagram.bytes.size();
  if (size < 12 || bytes[0] >> 6 != 2 || (bytes[1] >= 192 && bytes[1] <= 223)) return std::nullopt;
  HeardPacket packet;
  packet.at_ns = datagram.at_ns;
  packet.marker = bytes[1] & 0x80;
  packet.payload_type = bytes[1] & 0x7f;
  packet.sequence = static_cast<std::uint16_t>(bytes[2] << 8 | bytes[3]);
  packet.timestamp = get32(&bytes[4]);
  packet.ssrc = get32(&bytes[8]);
  packet.payload.assign(bytes + 12, bytes + size);
  return packet;
}

bool HeardPacket::voiced() const {
  return payload_type <= 8 && std::any_of(payload.begin(), payload.end(), [](std::uint8_t b) {
           return b != 0xff && b != 0x7f && b != 0xd5 && b != 0x55;
         });
}

RtpEar::RtpEar(const base::Endpoint& bind_to) : socket_(SOCK_DGRAM, bind_to) {
  receive_well(socket_);
  listener_ = std::jthread([this](const std::stop_token& stop) { listen(stop); });
}

RtpEar::~RtpEar() {
  hush();
}

void RtpEar::listen(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (!socket_.readable(50ms)) continue;
    const auto datagram = receive_datagram(socket_);
    auto packet = datagram ? parse_heard(*datagram) : std::nullopt;
    if (!packet) continue;
    {
      const std::lock_guard lock(mutex_);
      packets_.push_back(std::move(*packet));
    }
    arrived_.notify_all();
  }
}

std::vector<HeardPacket> RtpEar::heard() const {
  const std::lock_guard lock(mutex_);
  return packets_;
}

std::size_t RtpEar::count() const {
  const std::lock_guard lock(mutex_);
  return packets_.size();
}

bool RtpEar::wait_for(const std::function<bool(const std::vector<HeardPacket>&)>& enough,
                      std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return arrived_.wait_for(lock, timeout, [&] { return enough(packets_); });
}

bool RtpEar::wait_voiced(std::size_t packets, std::chrono::milliseconds timeout) const {
  return wait_voiced_from(count(), packets, timeout);
}

bool RtpEar::wait_voiced_from(std::size_t first, std::size_t packets,
                              std::chrono::milliseconds timeout) const {
  return wait_for([&](const auto& all) { return count_voiced(all, first) >= packets; }, timeout);
}

std::size_t RtpEar::voiced_from(std::size_t first) const {
  const std::lock_guard lock(mutex_);
  return count_voiced(packets_, first);
}

void RtpEar::speak(const base::Endpoint& to, std::uint8_t fill, int samples, std::uint8_t payload_type) {
  hush();
  speaker_ = std::jthread([=, this](const std::stop_token& stop) {
    const std::string payload(static_cast<std::size_t>(samples), static_cast<char>(fill));
    auto next = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
      send(to, sequence_++, timestamp_, ssrc_, payload_type, payload);
      timestamp_ += static_cast<std::uint32_t>(samples);
      next += std::chrono::microseconds(samples * 125);
      std::this_thread::sleep_until(next);  // the cadence of a phone
    }
  });
}

void RtpEar::say(const base::Endpoint& to, std::string payload, std::function<bool()> lost) {
  hush();
  speaker_ = std::jthread([=, this](const std::stop_token& stop) {
    auto next = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
      if (!lost || !lost()) send(to, sequence_, timestamp_, ssrc_, 0, payload);
      ++sequence_;
      timestamp_ += 160;
      next += 20ms;
      std::this_thread::sleep_until(next);  // the cadence of a phone
    }
  });
}

void RtpEar::perform(const base::Endpoint& to, std::shared_ptr<media::testing::FarEnd> far_end,
                     std::chrono::steady_clock::time_point start, std::function<void(std::size_t)> before) {
  hush();
  speaker_ = std::jthread([=, this](const std::stop_token& stop) {
    for (std::size_t i = 0; i < far_end->frames(); ++i) {
      if (stop.stop_requested() && far_end->is_between_keys(i)) return;
      std::this_thread::sleep_until(start + far_end->sent_at(i));  // the cadence of a phone
      before(i);
      for (const auto& packet : far_end->next())
        socket_.send_to(to, {reinterpret_cast<const char*>(packet.data()), packet.size()});
    }
  });
}

void RtpEar::hush() {
  speaker_ = {};
}

void RtpEar::send(const base::Endpoint& to, std::uint16_t sequence, std::uint32_t timestamp,
                  std::uint32_t ssrc, std::uint8_t payload_type, std::string_view payload,
                  bool marker) const {
  std::string packet(12, '\0');
  auto* bytes = reinterpret_cast<std::uint8_t*>(packet.data());
  bytes[0] = 0x80;
  bytes[1] = static_cast<std::uint8_t>(payload_type | (marker ? 0x80 : 0));
  put16(bytes + 2, sequence);
  put32(bytes + 4, timestamp);
  put32(bytes + 8, ssrc);
  packet.append(payload);
  socket_.send_to(to, packet);
}

void RtpEar::press(const base::Endpoint& to, std::uint16_t sequence, std::uint32_t timestamp,
                   char event) const {
  constexpr std::uint32_t kSsrc = 77;
  const std::string begun{event, 10, 0, char(0xA0)};
  const std::string ended{event, char(0x80 | 10), 3, 0x20};
  for (std::uint16_t i = 0; i < 4; ++i) {
    send(to, static_cast<std::uint16_t>(sequence + i), timestamp, kSsrc, kEventPayload,
         i == 0 ? begun : ended, i == 0);
  }
}

}  // namespace tonearm::testing
