#include "media/rtp_sender.hpp"

#include <algorithm>
#include <utility>

namespace tonearm::media {

RtpSender::RtpSender(std::uint32_t ssrc, std::uint16_t first_sequence, std::uint32_t first_timestamp)
    : ssrc_(ssrc), sequence_(first_sequence), timestamp_(first_timestamp) {}

std::span<const std::uint8_t> RtpSender::packet(std::uint8_t payload_type,
                                                std::span<const std::uint8_t> payload) {
  std::ranges::copy(payload, bytes_.begin() + kRtpHeaderBytes);
  return finish(payload_type, payload.size());
}

std::span<const std::uint8_t> RtpSender::silence(std::uint8_t payload_type, std::uint8_t byte,
                                                 std::size_t size) {
  std::fill_n(bytes_.begin() + kRtpHeaderBytes, size, byte);
  return finish(payload_type, size);
}

std::span<const std::uint8_t> RtpSender::event(std::uint8_t payload_type,
                                               std::span<const std::uint8_t> payload, std::uint32_t timestamp,
                                               bool marker, std::size_t samples) {
  std::ranges::copy(payload, bytes_.begin() + kRtpHeaderBytes);
  timestamp_ += static_cast<std::uint32_t>(samples);
  return number(payload_type, marker, timestamp, payload.size());
}

std::span<const std::uint8_t> RtpSender::finish(std::uint8_t payload_type, std::size_t payload_bytes) {
  const std::uint32_t timestamp = timestamp_;
  timestamp_ += static_cast<std::uint32_t>(payload_bytes);  // G.711: a byte is a sample
  return number(payload_type, std::exchange(marker_, false), timestamp, payload_bytes);
}

std::span<const std::uint8_t> RtpSender::number(std::uint8_t payload_type, bool marker,
                                                std::uint32_t timestamp, std::size_t payload_bytes) {
  write_rtp_header({.payload_type = payload_type,
                    .marker = marker,
                    .sequence = sequence_++,
                    .timestamp = timestamp,
                    .ssrc = ssrc_},
                   std::span<std::uint8_t, kRtpHeaderBytes>(bytes_.data(), kRtpHeaderBytes));
  ++packets_;
  octets_ += static_cast<std::uint32_t>(payload_bytes);
  return std::span(bytes_).first(kRtpHeaderBytes + payload_bytes);
}

void RtpSender::stamp(const RtpHeader& header, std::size_t payload_bytes,
                      std::span<std::uint8_t, kRtpHeaderBytes> out) {
  write_rtp_header(header, out);
  ++packets_;
  octets_ += static_cast<std::uint32_t>(payload_bytes);
  if (static_cast<std::int16_t>(header.sequence - sequence_) < 0) return;  // overtaken on its way
  sequence_ = static_cast<std::uint16_t>(header.sequence + 1);
  timestamp_ = header.timestamp + static_cast<std::uint32_t>(payload_bytes);
  marker_ = false;
}

void RtpSender::gap(std::uint32_t samples) {
  timestamp_ += samples;
  marker_ = true;
}

}  // namespace tonearm::media
