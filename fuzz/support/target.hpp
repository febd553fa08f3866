#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

// What every fuzz target is: a function of bytes in tonearm::fuzz, named as its file. targets.hpp declares
// them.

namespace tonearm::fuzz {

using Bytes = std::span<const std::uint8_t>;

inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// An invariant does not hold. Nothing catches it under the fuzzer, for which it is a crash then; the test
/// that replays the corpora tells which input it was.
class BrokenInvariant : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// `invariant` is a sentence of what must be so.
inline void require(bool holds, const char* invariant) {
  if (!holds) throw BrokenInvariant(invariant);
}

/// Takes an input apart, from its front; where it is exhausted everything is 0 or empty. Unlike clang's own
/// it reads the same under every compiler. Threading: a value.
class Input {
 public:
  explicit Input(Bytes bytes) : left_(bytes) {}

  [[nodiscard]] bool empty() const { return left_.empty(); }
  [[nodiscard]] Bytes rest() const { return left_; }
  Bytes take(std::size_t most) {
    const Bytes taken = left_.first(std::min(most, left_.size()));
    left_ = left_.subspan(taken.size());
    return taken;
  }
  /// Big endian.
  template <class Number>
  Number number() {
    Number value = 0;
    for (const std::uint8_t byte : take(sizeof(Number))) value = static_cast<Number>(value << 8 | byte);
    return value;
  }
  std::uint8_t byte() { return number<std::uint8_t>(); }
  /// Up to `mark`, which is dropped; all that is left if it does not come.
  Bytes until(std::string_view mark) {
    const Bytes piece = left_.first(std::min(text_of(left_).find(mark), left_.size()));
    left_ = left_.subspan(std::min(piece.size() + mark.size(), left_.size()));
    return piece;
  }

 private:
  Bytes left_;
};

}  // namespace tonearm::fuzz
