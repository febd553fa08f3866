#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "call/ids.hpp"

// Recordings that were offered to a bot: what is known of them when their operation and call are long gone.

namespace tonearm::call {

struct OfferedRecording {
  OperationId operation;
  CallId call;
  ApplicationId application;
  std::array<std::uint8_t, 32> token_hash{};  ///< SHA-256 of the access token, which is kept nowhere.
  std::chrono::milliseconds captured{0};
  base::WallTime created;
  base::WallTime expires;  ///< From then on there is no such recording.
};

/// Implemented by storage: the rows. Threading: thread-safe; callbacks on a store thread, must only post.
class RecordingStore {
 public:
  virtual ~RecordingStore() = default;
  virtual void find_recording(OperationId operation,
                              std::function<void(std::optional<OfferedRecording>)> found) = 0;
  /// Removes the rows of what has expired; `gone` hears of them when that is on disk.
  virtual void forget_recordings(base::WallTime now, std::function<void(std::vector<OperationId>)> gone) = 0;
  /// All that have a row. Blocking; throws `std::system_error`.
  [[nodiscard]] virtual std::vector<OperationId> recordings() = 0;
};

/// Implemented by storage: the files. Threading: thread-safe.
class RecordingFiles {
 public:
  using FileReady = std::function<void(std::optional<std::filesystem::path>)>;

  virtual ~RecordingFiles() = default;
  /// `done` hears where the finished file is, or nothing if there is none within `limit`. On another thread;
  /// must only post.
  virtual void await_file(OperationId operation, std::chrono::milliseconds limit, FileReady done) = 0;
};

}  // namespace tonearm::call
