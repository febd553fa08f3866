#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace tonearm::http {

/// A body that is too long to be held, given piece by piece as the client takes it.
/// Threading: one `read` at a time, from any thread.
class BodyStream {
 public:
  using Chunk = std::move_only_function<void(std::string)>;

  virtual ~BodyStream() = default;
  /// All of it, known from the beginning.
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// `next` gets the bytes that follow, on any thread; none before `size` were given: the source has failed.
  virtual void read(Chunk next) = 0;
};

}  // namespace tonearm::http
