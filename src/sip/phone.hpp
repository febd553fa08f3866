#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "call/media_description.hpp"
#include "sip/agent.hpp"
#include "sip/loop.hpp"

namespace tonearm::sip {

/// How a phone's call ended.
struct PhoneEnd {
  int status = 200;  ///< 200 after an answered call, else the SIP status of the refusal; 408 = no answer.
  bool by_far_end = false;
  std::string reason;
};

/// What a phone hears; unset ones are skipped. Threading: called on the phone's loop; must return soon, and
/// may call the phone's methods.
struct PhoneEvents {
  std::function<void()> ringing;  ///< The far end rings, or a call came in.
  /// Media may flow: the far end answered (and was acknowledged), or acknowledged our answer.
  std::function<void(const call::MediaDescription&)> answered;
  std::function<void(const call::MediaDescription&)> media_changed;
  std::function<void(const PhoneEnd&)> ended;  ///< Once per call.
  std::function<void(const TracedMessage&)> trace;
};

struct PhoneCall {
  std::string target;     ///< sip: URI; its host may be a name
  std::string from_uri;   ///< Empty: made up.
  std::string from_name;  ///< Display name, may be empty.
  std::string username;   ///< With `password`, the answer to a challenge of the called; may be empty.
  base::Secret password;
  call::LocalMedia local;
  std::chrono::milliseconds ringing_limit{60'000};
};

/// A scripted telephone with one call at a time and a loop of its own: what `tonearm call` and the demo talk
/// through. Threading: thread-safe.
class Phone final : private AgentListener {
 public:
  /// Makes a call. Errors: malformed_uri, cannot_bind, unsupported_transport.
  static base::Result<std::unique_ptr<Phone>> call(const PhoneCall& call, PhoneEvents events);
  /// Answers calls to `uri` ("sip:ada@127.0.0.1:5070") with `local`, one after the other; 486 to more at
  /// once. `port` is for a URI that names none; 0 = any free one.
  static base::Result<std::unique_ptr<Phone>> listen(const std::string& uri, const call::LocalMedia& local,
                                                     PhoneEvents events, std::uint16_t port = 5060);
  /// Does not hang up: that takes `hang_up` and waiting for `ended`.
  ~Phone() override;

  void hang_up();
  /// What is really bound.
  [[nodiscard]] ListenAddress address() const { return address_; }

  /// The address of ours that media for a call to `target` should use; nothing if the host is unknown.
  [[nodiscard]] static std::optional<std::string> address_for(const std::string& target);

 private:
  explicit Phone(PhoneEvents events) : events_(std::move(events)) {}
  base::Result<void> open(const ListenAddress& address, std::chrono::milliseconds ringing_limit);

  void on_incoming(IncomingCall call) override;
  void on_event(SessionId session, const SessionEvent& event, const std::string& dialog) override;
  void on_finished(SessionId session) override;
  void answered(const call::MediaDescription& media);
  void end(const PhoneEnd& end);

  PhoneEvents events_;
  call::LocalMedia local_;
  ListenAddress address_;
  std::optional<SessionId> session_;  // on the loop
  bool ended_ = false;                // on the loop: this call's end was told

  Loop loop_;
  std::unique_ptr<Agent> agent_;  // made and destroyed on the loop
};

}  // namespace tonearm::sip
