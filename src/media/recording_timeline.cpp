#include "media/recording_timeline.hpp"

#include <algorithm>
#include <array>
#include <cmath>

// The second needs the first.
// clang-format off
#include <spandsp/telephony.h>
#include <spandsp/plc.h>
#undef lrint  // a macro that cuts off instead of rounding
// clang-format on

#include "media/g711.hpp"

namespace tonearm::media {
namespace {

constexpr std::int64_t samples_in(std::chrono::microseconds time) {
  return time.count() * kSamplesPerMs / 1000;
}

constexpr unsigned kWatchedPieces = 64;  // a second or so: some of them come without delay
constexpr std::size_t kLeastStretched = 8;
constexpr std::size_t kHeldBackPieces = 200;  // of 10 ms: as many as are held back at most
constexpr std::int64_t kDriftMax = 20;        // samples before it is followed [2.5 ms]
constexpr std::int64_t kDriftPerStep = 160;   // samples that one more per piece is taken for
constexpr int kDriftStepMax = 4;              // samples per piece: 2.5 %, which speech bears
constexpr std::size_t kJumpPieces = 16;
constexpr std::int64_t kJumpMin = 40 * kSamplesPerMs;    // less is jitter
constexpr std::int64_t kOnItsWay = 100 * kSamplesPerMs;  // ahead of the last one before a jump

/// A piece has been spoken when it arrives.
std::int64_t arrived(const SpooledAudio& piece) {
  return samples_in(piece.arrival) - static_cast<std::int64_t>(piece.payload.size());
}

std::vector<std::int16_t> decoded(const SpooledAudio& piece) {
  std::vector<std::int16_t> samples(piece.payload.size());
  decode(piece.codec, piece.payload, samples);
  return samples;
}

/// The same sound in a sample more or less. A step of one sample instead would be heard as a click.
std::vector<std::int16_t> stretched(const std::vector<std::int16_t>& samples, int by) {
  if (by == 0 || samples.size() < kLeastStretched) return samples;
  std::vector<std::int16_t> result(samples.size() + static_cast<std::size_t>(by));
  const double step = static_cast<double>(samples.size() - 1) / static_cast<double>(result.size() - 1);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const double at = step * static_cast<double>(i);
    const auto left = std::min(static_cast<std::size_t>(at), samples.size() - 2);
    const double part = at - static_cast<double>(left);
    result[i] = static_cast<std::int16_t>(std::lround(samples[left] * (1 - part) + samples[left + 1] * part));
  }
  return result;
}

/// Fills what is missing with what was heard before it, fading within 50 ms.
class Concealer {
 public:
  Concealer() { ::plc_init(&state_); }
  void heard(std::int16_t* samples, std::size_t count) {
    ::plc_rx(&state_, samples, static_cast<int>(count));
  }
  void missing(std::int16_t* samples, std::size_t count) {
    const std::size_t filled = std::min(count, kFilledMax);
    // spandsp writes its first quarter of a pitch period even into less room than that.
    std::array<std::int16_t, kFilledMax> made{};
    ::plc_fillin(&state_, made.data(), static_cast<int>(filled));
    std::copy_n(made.begin(), filled, samples);
    std::fill(samples + filled, samples + count, std::int16_t{0});
  }

 private:
  static constexpr std::size_t kFilledMax = std::size_t{60} * kSamplesPerMs;
  plc_state_t state_{};
};

}  // namespace

RecordingTimeline::RecordingTimeline(std::chrono::milliseconds length)
    : audio_(static_cast<std::size_t>(samples_in(length))), heard_(audio_.size()) {}

void RecordingTimeline::place(std::span<const SpooledAudio> pieces) {
  for (; !pieces.empty(); pieces = pieces.subspan(1)) place_first(pieces);
}

void RecordingTimeline::place_first(std::span<const SpooledAudio> rest) {
  const SpooledAudio& piece = rest.front();
  if (!anchor_) return anchor(rest);
  const bool foreign = anchor_->ssrc != piece.ssrc;
  if (foreign || !believable(rest)) {
    if (is_left_behind(piece)) {
      const auto late = static_cast<std::int32_t>(piece.timestamp - before_->timestamp);
      return write(before_->position + late, decoded(piece), false);
    }
    return foreign ? anchor(rest) : reanchor(rest);
  }
  if (has_jumped(rest)) return reanchor(rest);
  if (static_cast<std::int32_t>(piece.timestamp - anchor_->timestamp) > 0)
    advance(piece);
  else
    write(position_of(piece), decoded(piece));  // late, or a second time
}

RecordingTimeline::Position RecordingTimeline::position_of(const SpooledAudio& piece) const {
  return anchor_->position + static_cast<std::int32_t>(piece.timestamp - anchor_->timestamp);
}

RecordingTimeline::Position RecordingTimeline::lateness(const SpooledAudio& piece) const {
  return arrived(piece) - position_of(piece);
}

bool RecordingTimeline::believable(std::span<const SpooledAudio> rest) const {
  const Position late = lateness(rest.front());
  if (late < -samples_in(kTolerance) || late > samples_in(kHeldBack)) return false;
  return late <= samples_in(kTolerance) || catches_up(rest);
}

/// What was held back comes faster than time. A sender whose timestamps stand still while it is silent looks
/// the same at first, but stays late.
bool RecordingTimeline::catches_up(std::span<const SpooledAudio> rest) const {
  const auto until = rest.front().arrival + kHeldBack;
  for (const SpooledAudio& piece : rest.first(std::min(rest.size(), kHeldBackPieces))) {
    if (piece.ssrc != anchor_->ssrc || piece.arrival > until) return false;
    const Position late = lateness(piece);
    if (late < -samples_in(kTolerance) || late > samples_in(kHeldBack)) return false;
    if (late <= samples_in(kTolerance)) return true;
  }
  return false;
}

/// Behind a gap the sender's time is ahead of ours, which no network does. Jitter and a wild one among many
/// are not taken for it.
bool RecordingTimeline::has_jumped(std::span<const SpooledAudio> rest) const {
  if (position_of(rest.front()) <= end_ || lateness(rest.front()) > -kJumpMin) return false;
  const auto next = rest.first(std::min(rest.size(), kJumpPieces));
  const auto early = std::ranges::count_if(next, [&](const SpooledAudio& piece) {
    const Position late = lateness(piece);
    return piece.ssrc == anchor_->ssrc && late <= -kJumpMin && late >= -samples_in(kTolerance);
  });
  return static_cast<std::size_t>(early) * 2 > next.size();
}

/// Overtaken by what came behind a jump.
bool RecordingTimeline::is_left_behind(const SpooledAudio& piece) const {
  if (!before_ || before_->ssrc != piece.ssrc) return false;
  const auto ahead = static_cast<std::int32_t>(piece.timestamp - before_->timestamp);
  if (ahead > kOnItsWay) return false;
  const Position late = arrived(piece) - (before_->position + ahead);
  return std::abs(late) <= samples_in(kTolerance);
}

void RecordingTimeline::reanchor(std::span<const SpooledAudio> rest) {
  ++reanchored_;
  anchor(rest);
}

/// A new stream, or one that does not keep time: it is where it arrives, behind what is there. By those of
/// the next second that had the least delay, lest the first one's jitter moves all.
void RecordingTimeline::anchor(std::span<const SpooledAudio> rest) {
  const SpooledAudio& piece = rest.front();
  Position delayed = 0;
  for (const SpooledAudio& next : rest.first(std::min<std::size_t>(rest.size(), kWatchedPieces))) {
    const auto ahead = static_cast<std::int32_t>(next.timestamp - piece.timestamp);
    const Position less = arrived(piece) - (arrived(next) - ahead);
    // What was held back catches up piece by piece; another jump does so at once.
    const bool same_time = less <= delayed + samples_in(kTolerance) && less <= samples_in(kHeldBack);
    if (next.ssrc == piece.ssrc && same_time) delayed = std::max(delayed, less);
  }
  const Position position = std::max(arrived(piece) - delayed, end_);
  if (position - arrived(piece) > samples_in(kTolerance)) {
    ++dropped_;
    return;
  }
  before_ = anchor_;
  anchor_ = Anchor{piece.ssrc, piece.timestamp, position};
  watched_ = 0;
  correction_ = 0;
  write(position, decoded(piece));
}

void RecordingTimeline::advance(const SpooledAudio& piece) {
  const Position position = position_of(piece);
  const int by = drift(lateness(piece));
  write(position, stretched(decoded(piece), by));
  anchor_ = Anchor{piece.ssrc, piece.timestamp, position + by};
}

/// The far end's clock is not ours: so many samples more or less for this piece.
int RecordingTimeline::drift(Position late) {
  if (late <= samples_in(kTolerance)) {
    const Position left = late - correction_;
    least_late_ = watched_ == 0 ? left : std::min(least_late_, left);
    ++watched_;
  }
  if (watched_ == kWatchedPieces) {
    if (std::abs(least_late_) > kDriftMax) correction_ += least_late_;
    watched_ = 0;
  }
  const auto steps =
      static_cast<int>(std::min<Position>(std::abs(correction_) / kDriftPerStep + 1, kDriftStepMax));
  const int by = correction_ > 0 ? steps : correction_ < 0 ? -steps : 0;
  correction_ -= by;
  return by;
}

void RecordingTimeline::write(Position at, const std::vector<std::int16_t>& samples, bool over) {
  const auto total = static_cast<Position>(audio_.size());
  const auto count = static_cast<Position>(samples.size());
  end_ = std::max(end_, at + count);
  for (Position i = std::max<Position>(-at, 0); i < std::min(count, total - at); ++i) {
    const auto there = static_cast<std::size_t>(at + i);
    if (!over && heard_[there]) continue;
    audio_[there] = samples[static_cast<std::size_t>(i)];
    heard_[there] = true;
  }
}

std::vector<std::int16_t> RecordingTimeline::take() {
  Concealer concealer;
  const auto whole = heard_.begin();
  for (auto from = heard_.begin(); from != heard_.end();) {
    const auto to = std::find(from, heard_.end(), !*from);
    std::int16_t* samples = audio_.data() + (from - whole);
    const auto count = static_cast<std::size_t>(to - from);
    if (*from)
      concealer.heard(samples, count);
    else
      concealer.missing(samples, count);
    from = to;
  }
  return std::move(audio_);
}

}  // namespace tonearm::media
