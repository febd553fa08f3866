#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tonearm::http {

/// A body that is too long to be held, or not known yet, given piece by piece as the client takes it.
/// Threading: one `read` at a time, from any thread.
class BodyStream {
 public:
  using Chunk = std::move_only_function<void(std::string)>;

  virtual ~BodyStream() = default;
  /// All of it, known from the beginning; nothing: it goes on until the client goes, or the source ends it.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;
  /// `next` gets the bytes that follow, on any thread. None: the body is over, or the source has failed if
  /// `size` were not given yet.
  virtual void read(Chunk next) = 0;
};

}  // namespace tonearm::http
