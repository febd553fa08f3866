#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "call/ids.hpp"
#include "call/media_description.hpp"
#include "call/snapshot.hpp"
#include "sip/dialog.hpp"
#include "sip/message.hpp"
#include "sip/negotiate.hpp"
#include "sip/reliable.hpp"
#include "sip/sdp.hpp"
#include "sip/session_interval.hpp"

namespace tonearm::sip {

/// Names a server transaction that the shell holds and we may still answer.
using ServerTransaction = std::uint64_t;

// ---- what a session tells its user

/// The far end rings, or lets something be heard. Again when what is heard changes.
struct Ringing {
  std::optional<call::MediaDescription> early;
};
struct Answered {
  call::MediaDescription media;
};
/// The ACK to our 2xx came: offer and answer are complete. Once.
struct Acknowledged {
  call::MediaDescription media;
};
/// A re-INVITE or UPDATE changed the media or where the dialog's requests go.
struct MediaChanged {
  call::MediaDescription media;
};
/// An INFO of the far end, while the call is up.
struct KeyPressed {
  call::Tone tone = call::Tone::t0;
};
struct CancelledByCaller {};
struct HungUp {};
struct Failed {
  int status = 0;
  bool no_ack = false;
  std::string reason;
};
/// What became of our REFER: accepted and then done or failed, or failed.
struct Referred {
  enum class Outcome : std::uint8_t { accepted, done, failed };
  Outcome outcome = Outcome::failed;
  int status = 0;
  std::string reason;
};
using SessionEvent = std::variant<Ringing, Answered, Acknowledged, MediaChanged, KeyPressed,
                                  CancelledByCaller, HungUp, Failed, Referred>;

// ---- what a session wants done

struct SendResponse {
  ServerTransaction transaction = 0;
  int status = 0;
  std::string headers;  ///< Complete lines beyond what every response has.
  std::string sdp;      ///< Empty: no body.
};
struct RepeatAnswer {};  ///< The last 2xx to an INVITE, byte for byte.
struct SendRequest {
  OutgoingRequest request;
};
struct SendAck {
  OutgoingRequest request;  ///< Outside of any transaction.
};
/// A second branch that answered, hung up; whatever comes back changes nothing.
struct DropBranch {
  OutgoingRequest ack;
  std::optional<OutgoingRequest> bye;  ///< None: it was sent before, and this is the same 2xx again.
};
struct CancelInvite {};  ///< As soon as a provisional response is there (RFC 3261 §9.1).
enum class SessionTimer : std::uint8_t {
  answer_repeat,
  ringing_limit,
  provisional_repeat,  ///< Our reliable 18x has no PRACK yet.
  refresh,             ///< Our refresh is due (RFC 4028).
  expiry,              ///< Nobody has refreshed in time.
};
inline constexpr std::size_t kSessionTimers = 5;
struct ArmSessionTimer {
  SessionTimer timer = SessionTimer::answer_repeat;
  std::chrono::milliseconds after{0};
};
struct DisarmSessionTimer {
  SessionTimer timer = SessionTimer::answer_repeat;
};
struct Finished {};  ///< Nothing more will come or be wanted. Last.
using SessionAction = std::variant<SendResponse, RepeatAnswer, SendRequest, SendAck, DropBranch, CancelInvite,
                                   ArmSessionTimer, DisarmSessionTimer, SessionEvent, Finished>;
using SessionActions = std::vector<SessionAction>;

struct SessionSetup {
  Capabilities capabilities;
  std::string contact;                                ///< Our Contact as a header value.
  std::uint64_t sdp_session = 1;                      ///< `o=` session id: random, so that two calls differ.
  bool nat = false;                                   ///< The peer's `nat = true`.
  call::KeySource keys = call::KeySource::automatic;  ///< The peer's `dtmf`.
  std::chrono::milliseconds ringing_limit{60'000};
  std::chrono::seconds session_interval{1800};  ///< What we ask for, and the most that we grant (RFC 4028).
};

/// Whom to call, and as whom.
struct Invitation {
  std::string target;  ///< Request-URI.
  std::string from;    ///< Header value without tag.
  std::string to;      ///< Header value.
  std::string call_id;
  std::string local_tag;
  NextHop next_hop;
  std::string extra_headers;       ///< Complete lines, or empty.
  unsigned hops = call::kHopsMax;  ///< Max-Forwards
};

/// The branches that one INVITE of ours may have been forked to. Outlives the session, because a second 2xx
/// may come when the first call is over (RFC 3261 §13.2.2.4). A value.
struct InviteBranches {
  Dialog invite;                     ///< As the INVITE was sent: no remote tag yet.
  std::string authorization;         ///< Complete line that the INVITE carried, or empty; its ACK repeats it.
  std::vector<std::string> hung_up;  ///< To-tags that got their BYE.

  /// ACK, and BYE the first time.
  [[nodiscard]] DropBranch drop(const Message& response);
};

/// One INVITE session, called or calling (RFC 3261 §13–§15), without sockets, clock or threads: messages,
/// timers and wishes go in, actions come out. Phases: incoming → confirmed → ended, calling → confirmed →
/// ended. Threading: strand-bound (the signalling loop).
class Session {
 public:
  /// A caller's INVITE that was let in; 100 has been sent. Its offer is judged at once.
  /// Errors: malformed_sdp, sdp_too_large (answer 400), no_common_audio (answer 488).
  static base::Result<Session> incoming(SessionSetup setup, const Message& invite,
                                        ServerTransaction transaction);
  /// A call of ours; the INVITE is in `actions`.
  static Session outgoing(SessionSetup setup, const Invitation& invitation, const call::LocalMedia& local,
                          SessionActions& actions);
  /// A call of ours whose way is not known yet: it can be given up, and `invite` sends it.
  static Session calling(std::string call_id, std::string local_tag, const call::LocalMedia& local);

  // ---- wishes of the user; those that come too late do nothing
  SessionActions ring();
  SessionActions answer(const call::LocalMedia& local);
  SessionActions reject(int status, const std::string& reason, const std::string& redirect_to);
  /// ACK to the 2xx of the callee, who repeats it until then (RFC 3261 §13.3.1.4): once what Answered has
  /// told is stored, so that no crash leaves somebody in a call that nobody knows of.
  SessionActions acknowledge();
  /// BYE, CANCEL or a refusal, as the phase has it. Reports nothing.
  SessionActions hang_up();
  /// REFER with these lines (`refer_lines`), while the call is up and no other is under way.
  SessionActions refer(const std::string& lines);
  /// Sends the INVITE, or sends it again elsewhere with the next CSeq; nothing if the call was given up.
  SessionActions invite(SessionSetup setup, const Invitation& invitation);
  /// Sends the INVITE, or our BYE, again with an answer to the challenge that it met with.
  SessionActions authorize(const std::string& line);
  /// The same for the request that keeps the session alive.
  SessionActions authorize_refresh(const std::string& line);
  SessionActions authorize_refer(const std::string& line);
  /// And for the PRACK that this response challenges.
  SessionActions authorize_prack(const Message& challenge, const std::string& line);

  // ---- from the far end
  SessionActions on_cancel();
  /// A request within the dialog that is no ACK: re-INVITE, UPDATE, PRACK, INFO, BYE, and all others.
  SessionActions on_request(const Message& request, ServerTransaction transaction);
  SessionActions on_ack(const Message& ack);
  /// Any response to our INVITE, also a 2xx that comes again or from a second branch.
  SessionActions on_invite_response(const Message& response);
  SessionActions on_bye_response(int status);
  /// Of our UPDATE, PRACK, or INVITE within the dialog.
  SessionActions on_response(const Message& response);
  SessionActions on_request_failed(const std::string& method, int status);
  /// The transaction of our INVITE broke: time-out (408) or transport (503).
  SessionActions on_invite_failed(int status, const std::string& reason);

  SessionActions on_timer(SessionTimer timer);
  /// `unresolved_host()` has this address.
  SessionActions on_resolved(const std::string& host, const std::string& address);

  [[nodiscard]] const Dialog& dialog() const { return dialog_; }
  /// True if a request is of this call's dialog, or of an early one of our INVITE.
  [[nodiscard]] bool owns(const Message& request) const;
  /// What the caller offered; none for a late offer.
  [[nodiscard]] std::optional<call::MediaDescription> media() const;
  /// The name that the far end wrote where its media address belongs. Until it is resolved, media is said to
  /// come from where signalling comes from.
  [[nodiscard]] std::optional<std::string> unresolved_host() const;
  /// Nobody has answered yet, and we still want somebody to.
  [[nodiscard]] bool is_calling() const;
  /// A request of ours that keeps the session alive, with this CSeq, is under way.
  [[nodiscard]] bool is_refreshing(std::uint32_t cseq) const { return refresh_ && refresh_->cseq == cseq; }
  /// A REFER of ours with this CSeq was sent last, and more is to be heard of it.
  [[nodiscard]] bool is_referring(std::uint32_t cseq) const { return refer_ && refer_->cseq == cseq; }
  /// Where the request that met with this response was sent to: a branch of our INVITE has an address of its
  /// own.
  [[nodiscard]] const std::string& target_of(const Message& response) const;
  /// For 2xx that come when this session is gone.
  [[nodiscard]] const InviteBranches& branches() const { return branches_; }
  [[nodiscard]] bool is_over() const { return std::holds_alternative<Over>(phase_); }

 private:
  /// A 2xx of ours that nobody has acknowledged yet (RFC 3261 §13.3.1.4).
  struct Unacknowledged {
    std::uint32_t cseq = 0;
    std::chrono::milliseconds next{0};
    std::chrono::milliseconds waited{0};
    bool first = false;          ///< To the INVITE that made the dialog.
    bool carries_offer = false;  ///< The ACK brings the answer.
  };
  struct Incoming {
    ServerTransaction transaction = 0;
    bool rung = false;
    bool reliably = false;  ///< The caller requires 100rel.
  };
  struct Calling {
    bool cancelled = false;
    bool rung = false;
    std::vector<std::pair<std::string, Agreement>> early;  ///< By To-tag: what each branch has answered.
  };
  struct Confirmed {
    std::optional<Unacknowledged> answer;
    bool hang_up_at_ack = false;  ///< No BYE before the ACK (RFC 3261 §15).
  };
  /// What one branch of our INVITE has said so far (RFC 3261 §12.1.2).
  struct EarlyDialog {
    Dialog dialog;
    ReliableOrder order;
    std::optional<Agreement> answered;  ///< Its answer to our offer, if a reliable response had one.
    std::string acknowledged;           ///< RAck line of our last PRACK.
  };
  /// A request of ours that keeps the session alive. Its INVITE has an offer, its UPDATE has none.
  struct Refresh {
    std::uint32_t cseq = 0;
    bool is_invite = false;
  };
  /// A REFER of ours of which the last word has not come.
  struct Refer {
    std::uint32_t cseq = 0;
    std::string lines;
    bool accepted = false;
  };
  struct Leaving {};  ///< Our BYE is under way.
  struct Over {};
  using Phase = std::variant<Incoming, Calling, Confirmed, Leaving, Over>;

  explicit Session(SessionSetup setup) : setup_(std::move(setup)) {}

  base::Result<Agreement> judge(const Sdp& offer, const base::Endpoint& source) const;
  base::Result<Agreement> read_answer(const Message& message) const;
  void settle(Agreement& agreement, const base::Endpoint& source) const;
  std::string own_description(Sdp description);
  void send_answer(SessionActions& actions, ServerTransaction transaction, const Message& invite);
  void await_ack(SessionActions& actions, Unacknowledged answer);
  void say_bye(SessionActions& actions);
  void end(SessionActions& actions);
  void end(SessionActions& actions, SessionEvent event);

  // session_requests.cpp
  static SessionActions refused(ServerTransaction transaction, const Refusal& refusal);
  std::string acceptance_of(const Message& request);
  SessionActions on_offer(const Message& request, ServerTransaction transaction);
  [[nodiscard]] std::optional<Refusal> objection_to(const Message& request) const;
  SessionActions accept_without_offer(const Message& request, ServerTransaction transaction);
  SessionActions on_bye(ServerTransaction transaction);
  SessionActions on_info(const Message& request, ServerTransaction transaction) const;

  // session_early.cpp
  void await_prack(SessionActions& actions);
  void repeat_ringing(SessionActions& actions);
  SessionActions on_prack(const Message& request, ServerTransaction transaction);
  bool take_provisional(SessionActions& actions, const Message& response);
  EarlyDialog& early_dialog(const Message& response);
  void send_prack(SessionActions& actions, EarlyDialog& early, const std::string& authorization);
  std::optional<Agreement> leave_early_dialogs(const Message& response);
  SessionActions on_early_request(const Message& request, ServerTransaction transaction);
  SessionActions on_early_update(EarlyDialog& early, const Message& request, ServerTransaction transaction);

  // session_refresh.cpp
  void note_abilities(const Message& message);
  void arm_interval(SessionActions& actions) const;
  void refresh(SessionActions& actions);
  void send_refresh(SessionActions& actions, bool is_invite, const std::string& authorization);
  SessionActions on_refresh_response(const Message& response);
  void take_refresh(SessionActions& actions, const Message& response);
  SessionActions on_refresh_refused(const Message& response);
  void expire(SessionActions& actions, SessionEvent event);
  [[nodiscard]] std::chrono::milliseconds glare_pause() const;
  bool ask_longer(SessionActions& actions, const Message& response);

  // session_refer.cpp
  void send_refer(SessionActions& actions, const std::string& lines, const std::string& authorization);
  SessionActions on_refer_response(const Message& response);
  SessionActions on_refer_failed(int status);
  SessionActions on_notify(const Message& request, ServerTransaction transaction);
  void note_accepted(SessionActions& actions);

  SessionActions take_late_answer(const Unacknowledged& answer, const Message& ack);
  void send_invite(SessionActions& actions, const std::string& authorization);
  SessionActions on_provisional(const Message& response);
  SessionActions on_success(const Message& response);
  [[nodiscard]] SendAck ack_of_invite() const;
  base::Result<Agreement> answer_in(const Message& response, const Calling& calling) const;

  SessionSetup setup_;
  Phase phase_ = Over{};
  Dialog dialog_;
  std::optional<Agreement> agreed_;
  std::optional<Sdp> remote_offer_;  ///< Of the first INVITE, until it is answered.
  std::optional<Sdp> local_offer_;   ///< Ours, until its answer comes.
  Sdp local_;                        ///< What we said last, for `o=`.
  call::LocalMedia local_media_;
  std::uint32_t invite_cseq_ = 0;  ///< Of the INVITE that makes the dialog, whoever sent it.
  Invitation invitation_;          ///< Where the INVITE went last.
  InviteBranches branches_;
  std::optional<ReliableResponse> ringing_;  ///< Our 18x, until its PRACK comes.
  std::vector<EarlyDialog> early_dialogs_;   ///< While we call, by To tag.
  bool called_ = false;                      ///< The dialog is of an INVITE of ours.
  bool ack_due_ = false;                     ///< Whose 2xx is not acknowledged yet.
  std::optional<SessionInterval> interval_;
  std::chrono::seconds least_interval_ = kLeastInterval;  ///< Of whoever has spoken of it.
  bool remote_updates_ = false;                           ///< The far end takes UPDATE.
  std::optional<Refresh> refresh_;                        ///< Under way.
  std::optional<Refer> refer_;
  std::uint32_t refresh_cseq_ = 0;     ///< Of the last re-INVITE of ours: its 2xx may come again.
  std::string refresh_authorization_;  ///< Complete line that it carried, or empty; its ACK repeats it.
};

}  // namespace tonearm::sip
