#include "media/playlist.hpp"

#include <utility>

namespace tonearm::media {

Playlist::Playlist(const std::vector<std::uint32_t>& loops, bool forever)
    : places_(loops.size()), forever_(forever) {
  for (std::size_t i = 0; i < loops.size(); ++i) places_[i].loops = loops[i];
}

void Playlist::fill(std::size_t place, PromptPtr prompt) {
  places_[place].prompt = std::move(prompt);
  places_[place].state.store(State::ready, std::memory_order_release);
}

void Playlist::fail(std::size_t place, PromptFailure failure) {
  places_[place].failure = std::move(failure);
  places_[place].state.store(State::failed, std::memory_order_release);
}

SourceFrame Playlist::next(Codec codec, std::size_t samples) {
  if (over()) return {};
  Place& place = places_[place_];
  const State state = place.state.load(std::memory_order_acquire);
  if (state == State::pending) return {.kind = SourceFrame::Kind::waiting};
  if (state == State::failed) return {};
  SourceFrame frame{.kind = SourceFrame::Kind::audio, .bytes = place.prompt->of(codec).data() + position_};
  position_ += samples;
  // A change from 10 to 20 ms in mid-frame may leave half a frame: it is passed over.
  if (position_ + samples > place.prompt->samples()) advance();
  frame.last = over() || places_[place_].state.load(std::memory_order_acquire) == State::failed;
  return frame;
}

void Playlist::advance() {
  position_ = 0;
  if (++round_ < places_[place_].loops) return;
  round_ = 0;
  ++place_;
  if (over() && forever_) place_ = 0;
}

const PromptFailure* Playlist::failure() const {
  if (over() || places_[place_].state.load(std::memory_order_acquire) != State::failed) return nullptr;
  return &places_[place_].failure;
}

}  // namespace tonearm::media
