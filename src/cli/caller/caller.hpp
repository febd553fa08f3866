#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/caller/rtp_line.hpp"
#include "cli/caller/sound.hpp"
#include "sip/phone.hpp"

namespace tonearm::cli {

/// What became of a call.
struct CallProgress {
  enum class Kind { ringing, answered, refused, no_answer, hung_up };
  Kind kind = Kind::ringing;
  std::int64_t at_ns = 0;   ///< CLOCK_MONOTONIC
  int status = 0;           ///< SIP status, for `refused` and `no_answer`.
  bool by_far_end = false;  ///< For `hung_up`.
  std::string text{};       ///< For people: codec and far end, or the reason.
};

/// A scripted telephone: signalling by `sip`, sound by a line of its own. One call.
///
/// Lifecycle: `dial` or `listen` → progress, whose last is refused, no_answer or hung_up → `stop` (or the
/// destructor, neither of which hangs up).
/// Threading: thread-safe; handlers are called on its own threads and must be quick.
class Caller {
 public:
  struct Setup {
    std::string uri;         ///< Whom to call; when listening: where to be reached.
    std::string from;        ///< Who is calling; empty: somebody.
    RtpLine::Script script;  ///< What it says and presses once the call is answered.
    std::string username{};  ///< For whoever asks for a password; empty: it has none.
    base::Secret password{};
    std::function<void(const CallProgress&)> on_progress;
    RtpLine::PacketHandler on_packet;
    RtpLine::KeyHandler on_key{};
    std::uint16_t port = 5060;  ///< To listen at, if `uri` names none; 0 = any free one.
  };

  /// Errors: no such address, no port.
  [[nodiscard]] static base::Result<std::unique_ptr<Caller>> dial(Setup setup);
  [[nodiscard]] static base::Result<std::unique_ptr<Caller>> listen(Setup setup);
  ~Caller();
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  /// BYE, or CANCEL if nobody has answered yet.
  void hang_up();
  /// As `RtpLine::say` and `RtpLine::press`.
  void say(Samples voice) { line_->say(std::move(voice)); }
  void press(const std::string& keys) { line_->press(keys); }
  /// Takes everything down; then `line` can be read.
  void stop();
  [[nodiscard]] const RtpLine& line() const { return *line_; }
  /// Where its SIP is bound.
  [[nodiscard]] std::string address() const;

 private:
  static base::Result<std::unique_ptr<Caller>> prepare(Setup setup);
  explicit Caller(Setup setup) : setup_(std::move(setup)) {}

  sip::PhoneEvents events();
  void on_answered(const call::MediaDescription& media);
  void on_ended(const sip::PhoneEnd& end);
  void progress(CallProgress progress) const;

  const Setup setup_;
  std::atomic<bool> answered_{false};
  std::unique_ptr<RtpLine> line_;
  std::unique_ptr<sip::Phone> phone_;
};

}  // namespace tonearm::cli
