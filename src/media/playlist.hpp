#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "media/encoded_prompt.hpp"
#include "media/frame_source.hpp"

namespace tonearm::media {

/// Why a prompt cannot be played; decides the operation's ending (operations.md §4).
struct PromptFailure {
  enum class Kind : std::uint8_t { download, format };
  Kind kind = Kind::download;
  std::string cause;  ///< For people; names the class of error, never a peer's words.
};

/// The prompts of one operation in order. Each place is filled, or failed, by whoever prepares it, while
/// earlier ones may be playing already. A failed place ends the source. Threading: `fill` and `fail` once per
/// place from any thread; `next` on the media thread; `failure` after the end.
class Playlist final : public FrameSource {
 public:
  /// `loops`: how often each prompt is played, ≥ 1. `forever`: the whole list again and again.
  Playlist(const std::vector<std::uint32_t>& loops, bool forever);

  void fill(std::size_t place, PromptPtr prompt);
  void fail(std::size_t place, PromptFailure failure);

  SourceFrame next(Codec codec, std::size_t samples) override;

  [[nodiscard]] std::size_t size() const { return places_.size(); }
  /// The failure that ended the source, or null.
  [[nodiscard]] const PromptFailure* failure() const;

 private:
  enum class State : std::uint8_t { pending, ready, failed };
  struct Place {
    std::uint32_t loops = 1;
    PromptPtr prompt;       // before `state` says ready
    PromptFailure failure;  // before `state` says failed
    std::atomic<State> state{State::pending};
  };

  [[nodiscard]] bool over() const { return place_ == places_.size(); }
  void advance();

  std::vector<Place> places_;
  const bool forever_;
  std::size_t place_ = 0;     // the rest: media thread
  std::uint32_t round_ = 0;   // of the prompt at place_
  std::size_t position_ = 0;  // in it [samples]
};

}  // namespace tonearm::media
