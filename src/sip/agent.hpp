#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "base/strong.hpp"
#include "call/ids.hpp"
#include "call/media_description.hpp"
#include "sip/authenticator.hpp"
#include "sip/call_route.hpp"
#include "sip/connection_limit.hpp"
#include "sip/directory.hpp"
#include "sip/flow_watch.hpp"
#include "sip/listener.hpp"
#include "sip/loop.hpp"
#include "sip/metrics.hpp"
#include "sip/negotiate.hpp"
#include "sip/recent_invites.hpp"
#include "sip/registrations.hpp"
#include "sip/resolver.hpp"
#include "sip/session.hpp"
#include "sip/trace.hpp"
#include "sip/transactions.hpp"
#include "sip/trunks.hpp"

namespace tonearm::sip {

using SessionId = base::Strong<std::uint64_t, struct SessionTag>;

struct AgentSettings {
  std::vector<ListenAddress> listen;
  std::string public_address;    ///< For Contact, if not the bound address.
  std::vector<std::string> dns;  ///< Name servers as ADDRESS:PORT; empty: the system's.
  Directory directory;
  Capabilities capabilities;
  std::chrono::milliseconds ringing_limit{60'000};
  bool dscp = true;  ///< Mark signalling as CS3.
  std::string realm = "tonearm";
  Registrations::Limits registration;
  std::size_t connections_max = ConnectionLimit::usual();  ///< Over TCP, of each listening address.
  /// A target that says nothing at all for so long is given up for the next one.
  std::chrono::milliseconds target_limit{4'000};
};

/// Asked or told by the agent on the loop's thread; must return at once. Unset ones are skipped.
struct AgentHooks {
  /// Before anything is kept of a new call: why none is taken now (draining, capacity, disk), or nothing.
  std::function<std::optional<std::string>()> refuse_calls;
  /// Every message of every call as it is sent or received, and those of strangers.
  std::function<void(const TracedMessage&)> trace;
};

/// A call that was let in. 100 has been sent.
struct IncomingCall {
  SessionId session;
  Admission admission;
  std::optional<call::MediaDescription> media;  ///< None: late offer.
  std::string dialog;                           ///< Row for `hang_up_restored`.
  std::string call_id;
};

/// Threading: called on the loop's thread.
class AgentListener {
 public:
  virtual ~AgentListener() = default;
  virtual void on_incoming(IncomingCall call) = 0;
  /// `dialog`: the row as it is now.
  virtual void on_event(SessionId session, const SessionEvent& event, const std::string& dialog) = 0;
  /// The last word about a session.
  virtual void on_finished(SessionId session) = 0;
};

/// Whom and how to call.
struct OutgoingCall {
  std::string target;     ///< sip: URI
  std::string from_uri;   ///< Empty: `sip:tonearm@` our address.
  std::string from_name;  ///< Display name, may be empty.
  call::LocalMedia local;
  std::string next_hop;          ///< Address to send to instead of the target's host; empty: the target's.
  std::optional<NextHop> hop{};  ///< Exactly there, whatever target and next_hop say: a phone's flow.
  std::string username{};        ///< With `password`: what the called's own challenge is answered with.
  base::Secret password{};
};

/// A call to somebody whom the directory knows the way to.
struct PartyCall {
  call::Party target;
  call::Party source;
  std::string caller_number;  ///< The application's own; empty: none.
  call::LocalMedia local;
  unsigned hops = call::kHopsMax;  ///< Max-Forwards
};

/// Whom the far end of a call shall call in our place.
struct PartyReferral {
  call::Party target;
  call::Party source;
  std::string caller_number;
  std::optional<SessionId> replaces;  ///< Our call with the target.
};

/// The user agent: listeners, sessions, and between them who gets which message.
/// Threading: the loop's thread, also to make and to destroy, except where noted.
class Agent : private ListenerHandler, private TrunkPorts {
 public:
  /// Binds all listeners. Errors: cannot_bind, library_failure.
  static base::Result<std::unique_ptr<Agent>> open(Loop& loop, AgentSettings settings, AgentHooks hooks,
                                                   AgentListener& listener);
  ~Agent() override;

  void ring(SessionId session);
  void answer(SessionId session, const call::LocalMedia& local);
  /// ACK to whoever answered our call; not before what `Answered` told may be forgotten.
  void acknowledge(SessionId session);
  void reject(SessionId session, int status, const std::string& reason, const std::string& redirect_to);
  void hang_up(SessionId session);
  /// Reports Ringing, Answered or Failed. Errors: malformed_uri, unsupported_transport.
  base::Result<SessionId> call(const OutgoingCall& call);
  /// The same for a user or a number.
  std::expected<SessionId, NoRoute> call(const PartyCall& call);
  /// Asks the far end to call somebody else. Reports Referred.
  void refer(SessionId session, const PartyReferral& referral);
  /// BYE in a dialog of an earlier process, CSeq + 1000; not more than 50 a second. Reports nothing.
  void hang_up_restored(const std::string& row);
  /// Takes our registrations with trunks back, as `Trunks::withdraw`.
  void withdraw(const std::function<void()>& done) { trunks_->withdraw(done); }
  /// Registrations of users who are still there are kept.
  void set_directory(Directory directory);
  /// Where a user's phones are, by the user's object id; latest first.
  [[nodiscard]] std::vector<Registration> contacts_of(const std::string& user) const {
    return registrations_.contacts_of(user, base::SteadyClock::now());
  }

  [[nodiscard]] std::vector<ListenAddress> listening() const;
  [[nodiscard]] std::string call_id(SessionId session) const;

  // Threading of these: thread-safe.
  [[nodiscard]] MessageTrace& trace() { return trace_; }
  [[nodiscard]] const Metrics& metrics() const { return metrics_; }
  /// Sessions that still have something to say or to hear.
  [[nodiscard]] std::size_t sessions() const { return live_.load(std::memory_order_relaxed); }

 private:
  struct Way {
    CallRoute route;
    std::shared_ptr<Trunk> trunk;  // null: a user's phone
  };
  /// A call of ours: the ways to the callee, and how far we are.
  struct Placement {
    std::vector<Way> ways;
    std::size_t way = 0;
    std::vector<NextHop> hops;  // of the present way
    std::size_t hop = 0;
    unsigned forwards = call::kHopsMax;
    std::uint64_t attempt = 0;  // INVITEs sent; answers to earlier ones are late
    bool rung = false;
    int answers = 0;  // challenges that were answered on this hop
    Loop::TimerId limit = 0;
  };
  struct Entry {
    explicit Entry(Session&& made) : session(std::move(made)) {}
    Session session;
    Listener* listener = nullptr;
    std::optional<SentAnswer> answer;
    std::optional<ClientTransactions::Number> invite;
    bool invite_cancelled = false;
    std::array<Loop::TimerId, kSessionTimers> timers{};  // by SessionTimer
    RecentInvites::Key invited;                          // how the caller's INVITE is known, if one made it
    std::string resolving;                               // the media host that is being looked up
    std::unique_ptr<Placement> placement;                // a call of ours
    TrunkLine line;                                      // the trunk that it runs over, if any
    int answers = 0;  // challenges in a row, to requests within the dialog, that were answered
  };

  Agent(Loop& loop, AgentSettings settings, AgentHooks hooks, AgentListener& listener);
  base::Result<void> start();

  void on_request(Listener& listener, const sip_msg& request) override;
  void on_stray_response(Listener& listener, const sip_msg& response) override;
  void on_wire(const WireMessage& message) override;

  /// True if no call is taken now, and that was said.
  bool refuse_overload(Listener& listener, const sip_msg& raw);
  void on_new_call(Listener& listener, const sip_msg& raw, const Message& invite);
  void on_request_in_dialog(Listener& listener, const sip_msg& raw, const Message& request);
  void on_register(Listener& listener, const sip_msg& raw, const Message& request);
  std::optional<Refusal> register_contacts(const std::string& user, const sip_msg& raw,
                                           const Message& request);
  void on_registrations_changed();
  /// The object id of the user who sent it.
  std::expected<std::string, Refusal> identify(const sip_msg& raw, const Message& request);
  void on_cancel(ServerTransaction transaction);
  void on_invite_response(SessionId id, std::uint64_t attempt, std::size_t listener, int error,
                          const sip_msg* response);
  void on_bye_response(SessionId id, const sip_msg* response);
  void on_response(SessionId id, std::size_t listener, const std::string& method, int error,
                   const sip_msg* response);
  std::optional<SessionActions> authorized(Entry& entry, const Message& message, const sip_msg& response);
  /// The line that answers a challenge to a request within the dialog.
  std::optional<std::string> answer_to_challenge(Entry& entry, const std::string& method,
                                                 const std::string& target, const sip_msg& response);

  std::expected<std::vector<CallRoute>, NoRoute> routes(const call::Party& target, const call::Party& source,
                                                        const std::string& caller_number);
  std::expected<std::string, NoRoute> refer_target(const PartyReferral& referral);
  SessionId place(std::vector<Way> ways, const call::LocalMedia& local, unsigned hops);
  void try_way(SessionId id);
  void try_hop(SessionId id);
  /// True if there was somewhere else to try, and that is on its way.
  bool try_elsewhere(SessionId id);
  void on_target_silent(SessionId id, std::uint64_t attempt);
  void on_invite_broken(SessionId id, int error);
  bool authorize_invite(SessionId id, const sip_msg& response);
  void give_up_unsent(SessionId id);
  void remember_branches(const Entry& entry);
  void drop(DropBranch branch);
  bool drop_late(const Message& response);

  void locate(const std::string& host, std::uint16_t port, Transport transport,
              std::optional<std::size_t> listener, Located done) override;
  void ask(const OutgoingRequest& request, Answered done) override;
  [[nodiscard]] std::string contact_uri(const NextHop& hop, const std::string& user) const override;

  SessionId add(Entry entry);
  Entry* find(SessionId session);
  Entry* find_dialog(const Message& request, SessionId& id);
  /// Looks up the host that the far end wants its media at, if it is a name; `then` runs when that is known,
  /// or known to be in vain.
  void resolve_media(SessionId id, std::function<void()> then);
  void perform(SessionId id, SessionActions actions);
  void perform_one(SessionId id, Entry& entry, SessionAction& action);
  void send(SessionId id, Entry& entry, const OutgoingRequest& request);
  /// The first of `ways`, and if its transport fails before any response the next.
  void send_by(SessionId id, Entry& entry, std::deque<OutgoingRequest> ways);
  void arm(SessionId id, Entry& entry, const ArmSessionTimer& timer);
  void disarm(Entry& entry, SessionTimer timer);
  void remove(SessionId id);
  void pace_restored();

  Listener* route(OutgoingRequest& request) const;
  Listener* pick(const NextHop& hop) const;
  SessionSetup setup_for(const Listener& listener, bool nat, call::KeySource keys) const;
  [[nodiscard]] std::string own_host(const Listener& listener) const;
  std::string contact_of(const Listener& listener) const;

  Loop& loop_;
  AgentSettings settings_;
  AgentHooks hooks_;
  AgentListener& user_;
  std::unique_ptr<Resolver> resolver_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::size_t> vias_;  // by configured address: its listener, or kAnyListener for a wildcard
  std::vector<std::unique_ptr<ConnectionLimit>> limits_;
  ServerTransactions server_;
  ClientTransactions client_;
  Authenticator authenticator_;
  Registrations registrations_;
  FlowWatch flows_;
  std::optional<Loop::TimerId> expiry_timer_;  // of registrations

  std::unordered_map<SessionId, std::unique_ptr<Entry>> sessions_;
  std::unordered_map<std::string, SessionId> by_local_tag_;
  std::unordered_map<ServerTransaction, SessionId> undecided_;  // INVITEs that a CANCEL can still reach
  RecentInvites recent_;
  std::uint64_t last_session_ = 0;
  std::unordered_map<std::string, InviteBranches> late_;  // by local tag: calls of ours that are over
  std::deque<Dialog> restored_;
  std::optional<Loop::TimerId> restored_timer_;

  TracedMessage last_traced_;
  MessageTrace trace_;
  Metrics metrics_;
  std::unique_ptr<Trunks> trunks_;
  std::atomic<std::size_t> live_{0};
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);  // for what is posted to oneself
};

}  // namespace tonearm::sip
