#include "cli/caller/rtp_line.hpp"

#include <algorithm>
#include <array>
#include <random>

#include "media/g711.hpp"
#include "media/rtp_packet.hpp"

namespace tonearm::cli {
namespace {

constexpr std::int64_t kFrameNs = 20'000'000;
constexpr std::size_t kFrameSamples = media::kFrameBytes;
constexpr std::chrono::milliseconds kBetweenKeys{100};
constexpr std::size_t kKeysAfterSamples = RtpLine::kKeysAfter.count() * kTelephoneRate / 1000;
/// What both codecs make of their zero: µ-law 0, A-law ±8 (ITU-T G.711).
constexpr int kCodecZero = 8;

media::Codec codec_of(call::Codec codec) {
  return codec == call::Codec::pcmu ? media::Codec::pcmu : media::Codec::pcma;
}

std::uint32_t random_word() {
  std::random_device source;
  return source();
}

std::vector<media::Key> keys_of(const std::string& characters) {
  std::vector<media::Key> keys;
  for (const char character : characters) {
    if (const auto key = media::key_of(character)) keys.push_back(*key);
  }
  return keys;
}

bool may_send(const call::MediaDescription& remote) {
  return remote.direction == call::MediaDirection::send_receive ||
         remote.direction == call::MediaDirection::send_only;
}

}  // namespace

base::Result<std::unique_ptr<RtpLine>> RtpLine::open(const std::string& address) {
  constexpr int kAttempts = 50;
  base::Result<UdpSocket> rtp = base::fail(std::errc::address_in_use, "no pair of RTP ports at " + address);
  for (int i = 0; i < kAttempts; ++i) {
    rtp = UdpSocket::bind({address, 0});
    if (!rtp) break;
    const std::uint16_t port = rtp->local().port;
    if (port % 2 != 0) continue;
    auto rtcp = UdpSocket::bind({address, static_cast<std::uint16_t>(port + 1)});
    if (rtcp) return std::unique_ptr<RtpLine>(new RtpLine(*std::move(rtp), *std::move(rtcp)));
  }
  return rtp ? base::fail(std::errc::address_in_use, "no pair of RTP ports at " + address)
             : std::unexpected(rtp.error());
}

RtpLine::RtpLine(UdpSocket rtp, UdpSocket rtcp)
    : rtp_(std::move(rtp)),
      rtcp_(std::move(rtcp)),
      sequence_(static_cast<std::uint16_t>(random_word())),
      timestamp_(random_word()),
      ssrc_(random_word()) {}

RtpLine::~RtpLine() {
  stop();
}

call::LocalMedia RtpLine::local() const {
  return {rtp_.local(), rtcp_.local()};
}

void RtpLine::start(const call::MediaDescription& remote, Script script, PacketHandler on_packet,
                    KeyHandler on_key) {
  {
    const std::lock_guard lock(mutex_);
    remote_ = remote;
  }
  if (thread_.joinable()) return;
  voice_ = std::move(script.voice);
  script_keys_ = keys_of(script.keys);
  on_packet_ = std::move(on_packet);
  on_key_ = std::move(on_key);
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

void RtpLine::say(Samples voice) {
  const std::lock_guard lock(mutex_);
  orders_.push_back({.voice = std::move(voice), .keys = {}});
}

void RtpLine::press(const std::string& keys) {
  const std::lock_guard lock(mutex_);
  orders_.push_back({.voice = {}, .keys = keys_of(keys)});
}

void RtpLine::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void RtpLine::run(std::stop_token stop) {
  std::int64_t next = said_from_ns_ = monotonic_ns();
  while (!stop.stop_requested()) {
    rtp_.wait_until(next);
    receive();
    for (; next <= monotonic_ns(); next += kFrameNs) send_frame();
  }
  receive();
}

void RtpLine::receive() {
  std::array<std::uint8_t, 2048> buffer;
  while (const auto datagram = rtp_.receive(buffer)) {
    const auto packet = media::parse_rtp(datagram->bytes);
    if (!packet || packet->payload.empty()) continue;
    const call::MediaDescription remote = this->remote();
    if (packet->header.payload_type != remote.receive_payload_type) continue;
    HeardPacket heard{.arrived_ns = datagram->arrived_ns,
                      .sequence = packet->header.sequence,
                      .timestamp = packet->header.timestamp,
                      .ssrc = packet->header.ssrc,
                      .samples = Samples(packet->payload.size())};
    media::decode(codec_of(remote.codec), packet->payload, heard.samples);
    heard.silence = std::ranges::all_of(heard.samples,
                                        [](std::int16_t sample) { return std::abs(sample) <= kCodecZero; });
    heard_.push_back(std::move(heard));
    if (on_packet_) on_packet_(heard_.back());
  }
}

void RtpLine::send_frame() {
  const call::MediaDescription remote = this->remote();
  const std::uint32_t now = timestamp_;
  timestamp_ += kFrameSamples;
  follow_orders();
  if (said_.size() == kKeysAfterSamples) arm(std::exchange(script_keys_, {}));
  const auto key = keys_.next(remote.send_event_payload_type.has_value(), now, kFrameSamples);
  keys_.settle([](auto&) {});

  Samples frame = next_frame();
  if (key.kind == media::KeySender::Frame::Kind::tone) {
    if (key.marker) key_tone_.start(key.event.key);
    key_tone_.next(frame);
  }
  const bool first = said_.empty();
  said_.insert(said_.end(), frame.begin(), frame.end());
  if (key.kind == media::KeySender::Frame::Kind::event) {
    send(remote,
         {.payload_type = *remote.send_event_payload_type, .marker = key.marker, .timestamp = key.timestamp},
         media::write_telephone_event(key.event));
    return tell_key(key);
  }
  std::array<std::uint8_t, kFrameSamples> payload;
  media::encode(codec_of(remote.codec), frame, payload);
  send(remote, {.payload_type = remote.send_payload_type, .marker = first, .timestamp = now}, payload);
  if (key.kind == media::KeySender::Frame::Kind::tone) tell_key(key);
}

void RtpLine::tell_key(const media::KeySender::Frame& key) const {
  if (key.marker && on_key_) on_key_(media::character_of(key.event.key), monotonic_ns());
}

/// Those whose turn has come: a voice waits for the one before it.
void RtpLine::follow_orders() {
  const std::lock_guard lock(mutex_);
  for (; spoken_ == voice_.size() && !orders_.empty(); orders_.pop_front()) {
    Order& order = orders_.front();
    voice_ = std::move(order.voice);
    spoken_ = 0;
    arm(std::move(order.keys));
  }
}

void RtpLine::arm(std::vector<media::Key> keys) {
  if (keys.empty()) return;
  keys_.arm(presses_.emplace_back(media::OperationNumber{}, std::move(keys), kBetweenKeys, [] {}));
}

/// The next 20 ms of the voice; silence when all is said.
Samples RtpLine::next_frame() {
  Samples frame(kFrameSamples, 0);
  const std::size_t count = std::min(kFrameSamples, voice_.size() - spoken_);
  std::copy_n(voice_.begin() + static_cast<std::ptrdiff_t>(spoken_), count, frame.begin());
  spoken_ += count;
  return frame;
}

void RtpLine::send(const call::MediaDescription& remote, media::RtpHeader header,
                   std::span<const std::uint8_t> payload) {
  header.sequence = sequence_++;
  header.ssrc = ssrc_;
  std::array<std::uint8_t, media::kRtpHeaderBytes + kFrameSamples> bytes;
  media::write_rtp_header(header, std::span(bytes).first<media::kRtpHeaderBytes>());
  std::ranges::copy(payload, bytes.begin() + media::kRtpHeaderBytes);
  if (may_send(remote))
    rtp_.send(std::span(bytes).first(media::kRtpHeaderBytes + payload.size()), remote.remote_rtp);
}

call::MediaDescription RtpLine::remote() {
  const std::lock_guard lock(mutex_);
  return remote_;
}

}  // namespace tonearm::cli
