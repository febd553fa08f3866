#include "media/audio_window.hpp"

#include <algorithm>

#include "media/g711.hpp"

namespace tonearm::media {
namespace {

constexpr std::int32_t samples_in(std::chrono::milliseconds time) {
  return static_cast<std::int32_t>(time.count()) * static_cast<std::int32_t>(kSamplesPerMs);
}

std::int32_t difference(std::uint32_t later, std::uint32_t earlier) {
  return static_cast<std::int32_t>(later - earlier);
}

}  // namespace

bool AudioWindow::fits(std::uint32_t timestamp, std::size_t samples) const {
  const std::int32_t ahead = difference(timestamp, next_);
  constexpr auto kMost = static_cast<std::int32_t>(kCapacity);
  return ahead > -kMost && ahead + static_cast<std::int32_t>(samples) <= kMost;
}

void AudioWindow::add(Codec codec, std::uint32_t timestamp, std::span<const std::uint8_t> payload,
                      base::TimePoint arrival) {
  if (payload.empty() || payload.size() > kCapacity / 2) return;
  if (open_ && !fits(timestamp, payload.size())) flush();  // a pause, or another clock
  if (!open_) {
    open_ = true;
    next_ = newest_ = timestamp;
    missing_ = 0;
  }
  for (std::size_t i = 0; i < payload.size(); ++i) {
    const auto at = timestamp + static_cast<std::uint32_t>(i);
    if (difference(at, next_) < 0) continue;  // too late
    samples_[at % kCapacity] = decode_sample(codec, payload[i]);
    present_.set(at % kCapacity);
  }
  const auto end = timestamp + static_cast<std::uint32_t>(payload.size());
  if (difference(end, newest_) <= 0) return;
  newest_ = end;
  newest_at_ = arrival;
}

void AudioWindow::on_tick(base::TimePoint now) {
  if (!open_) return;
  if (now - newest_at_ >= kQuiet) return flush();
  const std::uint32_t due = newest_ - static_cast<std::uint32_t>(samples_in(kDepth));
  if (difference(due, next_) > 0) hear_until(due);
}

void AudioWindow::flush() {
  if (!open_) return;
  hear_until(newest_);
  sink_.on_silence(newest_at_);
  open_ = false;
}

void AudioWindow::hear_until(std::uint32_t end) {
  while (next_ != end) {
    const std::size_t at = next_ % kCapacity;
    const bool present = present_[at];
    // A row of one kind that neither wraps nor is longer than a chunk.
    const std::size_t most = std::min({kChunk, kCapacity - at, static_cast<std::size_t>(end - next_)});
    std::size_t length = 0;
    for (; length < most && present_[at + length] == present; ++length) present_.reset(at + length);
    next_ += static_cast<std::uint32_t>(length);
    if (!present) {
      skip(length);
      continue;
    }
    missing_ = 0;
    sink_.on_audio(std::span(samples_).subspan(at, length), time_of(next_));
  }
}

void AudioWindow::skip(std::size_t samples) {
  constexpr auto kMost = static_cast<std::size_t>(samples_in(kLossMax));
  const std::size_t before = missing_;
  missing_ += samples;
  if (before == 0) sink_.on_lost(time_of(next_));
  if (before <= kMost && missing_ > kMost) sink_.on_silence(time_of(next_));
}

base::TimePoint AudioWindow::time_of(std::uint32_t timestamp) const {
  return newest_at_ - std::chrono::milliseconds((newest_ - timestamp) / kSamplesPerMs);
}

}  // namespace tonearm::media
