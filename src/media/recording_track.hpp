#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>

#include "base/result.hpp"
#include "media/capture.hpp"
#include "media/recorder.hpp"
#include "media/rtp_sockets.hpp"

namespace tonearm::media {

/// One recording on its way from its capture to its spool. A disk may hang for as long as it likes: what is
/// taken waits here, 10 kB for each second of the recording. Threading: `take` to `discard` on the taker's
/// thread, `spool` to `result` on the spooler's.
class Recorder::Track {
 public:
  Track(std::shared_ptr<Capture> capture, const std::filesystem::path& folder);

  /// Empties the capture; true if there is something to spool.
  bool take();
  /// Nothing comes after this.
  void finish(std::chrono::milliseconds length, Done done);
  void discard();

  /// Writes what was taken; true if something was written.
  bool spool();
  /// What is to be made of the spool now that it is complete; nothing if it goes on, or nobody wants it.
  std::optional<Job> job();
  /// It was finished or discarded, and `spool` has seen it.
  [[nodiscard]] bool is_over() const { return state_ != State::going_on; }

 private:
  enum class State : std::uint8_t { going_on, complete, unwanted };

  void write_header();
  void create();
  [[nodiscard]] bool flush();

  // given
  const std::shared_ptr<Capture> capture_;
  const std::filesystem::path path_;

  std::mutex mutex_;   // guards what the taker hands over
  std::string taken_;  // as it will lie on disk
  bool has_header_ = false;
  State told_ = State::going_on;
  Done done_;

  // the spooler's
  Descriptor file_;
  std::string writing_;
  std::error_code failure_;
  State state_ = State::going_on;
};

}  // namespace tonearm::media
