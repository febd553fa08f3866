#include "sip/agent.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "sip/decode.hpp"
#include "sip/decode_register.hpp"
#include "sip/errc.hpp"
#include "sip/screening.hpp"
#include "sip/uri.hpp"
#include "sip/wildcard.hpp"

// How the agent comes up, and who gets a message that came. What sessions want is carried out in
// agent_actions.cpp; calls of ours begin in agent_calls.cpp.

namespace tonearm::sip {
namespace {

constexpr int kRetryAfter = 5;  // [s] in 503

bool begins_call(const sip_msg& request) {
  return to_view(request.met) == "INVITE" && request.to.tag.l == 0;
}

}  // namespace

base::Result<std::unique_ptr<Agent>> Agent::open(Loop& loop, AgentSettings settings, AgentHooks hooks,
                                                 AgentListener& listener) {
  std::unique_ptr<Agent> agent(new Agent(loop, std::move(settings), std::move(hooks), listener));
  if (auto started = agent->start(); !started) return std::unexpected(started.error());
  return agent;
}

Agent::Agent(Loop& loop, AgentSettings settings, AgentHooks hooks, AgentListener& listener)
    : loop_(loop),
      settings_(std::move(settings)),
      hooks_(std::move(hooks)),
      user_(listener),
      server_([this](ServerTransaction transaction) { on_cancel(transaction); }),
      authenticator_(settings_.realm),
      registrations_(settings_.registration),
      flows_([this](const Flow& flow) {
        registrations_.close(flow);
        on_registrations_changed();
      }) {
  authenticator_.set_users(settings_.directory.users);
}

Agent::~Agent() {
  client_.abandon();
  for (auto& [id, entry] : sessions_) {
    for (const Loop::TimerId timer : entry->timers) loop_.cancel(timer);
    if (entry->placement) loop_.cancel(entry->placement->limit);
  }
  if (restored_timer_) loop_.cancel(*restored_timer_);
  if (expiry_timer_) loop_.cancel(*expiry_timer_);
  trunks_.reset();
  sessions_.clear();
  resolver_.reset();
  server_.close();
  limits_.clear();
  listeners_.clear();  // lets go of what is pending, and says so to client_
}

base::Result<void> Agent::start() {
  resolver_ = std::make_unique<Resolver>(loop_, settings_.dns);
  for (const ListenAddress& configured : settings_.listen) {
    const auto addresses = concrete_listeners(configured);
    if (addresses.empty()) {
      return base::fail(SipErrc::cannot_bind,
                        fmt::format("this machine has no address for {}", configured.endpoint.to_string()));
    }
    vias_.push_back(addresses.size() == 1 ? listeners_.size() : kAnyListener);
    for (const ListenAddress& address : addresses) {
      auto listener =
          Listener::open({address, listeners_.size(), settings_.dscp, resolver_->client()}, *this);
      if (!listener) return std::unexpected(listener.error());
      listeners_.push_back(std::move(*listener));
      const Listener& opened = *listeners_.back();
      if (opened.transport() == Transport::udp) continue;
      limits_.push_back(std::make_unique<ConnectionLimit>(loop_, opened.local(), settings_.connections_max));
    }
  }
  TrunkPorts& ports = *this;
  trunks_ = std::make_unique<Trunks>(loop_, ports, metrics_);
  trunks_->configure(settings_.directory.trunks);
  return {};
}

std::vector<ListenAddress> Agent::listening() const {
  std::vector<ListenAddress> addresses;
  for (const auto& listener : listeners_) addresses.push_back({listener->transport(), listener->local()});
  return addresses;
}

void Agent::on_wire(const WireMessage& message) {
  metrics_.count_message(message.sent, message.text);
  TracedMessage traced{
      .at = base::WallClock::now(),
      .sent = message.sent,
      .transport = message.transport,
      .local = message.local,
      .remote = message.remote,
      .text = without_credentials(message.text, MessageTrace::kBytesPerMessage),
      .bytes = message.text.size(),
  };
  if (hooks_.trace) hooks_.trace(traced);
  trace_.add(call_id_in(message.text), traced);
  if (!message.sent) last_traced_ = std::move(traced);
}

void Agent::on_request(Listener& listener, const sip_msg& raw) {
  if (has_unsafe_via(raw)) return metrics_.count_malformed();
  if (begins_call(raw) && refuse_overload(listener, raw)) return;
  const auto request = decode(raw, listener.index());
  const bool is_ack = to_view(raw.met) == "ACK";
  if (!request) {
    metrics_.count_malformed();
    if (!is_ack) respond_statelessly(listener, raw, refuse(400, "a mandatory header or the body is broken"));
    return;
  }
  if (is_ack || !request->to.tag.empty()) return on_request_in_dialog(listener, raw, *request);
  if (request->method == "CANCEL")
    return respond_statelessly(listener, raw, refuse(481, "nothing to cancel"));
  if (const auto refusal = screen(*request)) return respond_statelessly(listener, raw, *refusal);
  if (request->method == "INVITE") return on_new_call(listener, raw, *request);
  if (request->method == "REGISTER") return on_register(listener, raw, *request);
  respond_statelessly(listener, raw, 200, kAbilities);  // OPTIONS
}

/// Before anybody reads it: what a server that is busy does most must cost it least.
bool Agent::refuse_overload(Listener& listener, const sip_msg& raw) {
  const auto reason = hooks_.refuse_calls ? hooks_.refuse_calls() : std::nullopt;
  if (!reason) return false;
  respond_statelessly(listener, raw, 503,
                      fmt::format("Retry-After: {}\r\n{}", kRetryAfter, warning(*reason)));
  return true;
}

/// Strangers get nothing that costs memory or is sent twice: all refusals here are stateless.
void Agent::on_new_call(Listener& listener, const sip_msg& raw, const Message& invite) {
  std::string proven;
  if (wants_proof(settings_.directory, invite, authenticator_.concerns_us(authorizations_in(raw)))) {
    auto user = identify(raw, invite);
    if (!user) return respond_statelessly(listener, raw, user.error());
    proven = std::move(*user);
  }
  auto admission = admit(settings_.directory, invite, proven);
  if (!admission) return respond_statelessly(listener, raw, admission.error());
  const std::shared_ptr<Trunk> trunk = admission->trunk ? trunks_->at(*admission->trunk) : nullptr;
  if (trunk && trunk->is_full()) {
    return respond_statelessly(
        listener, raw, 503,
        fmt::format("Retry-After: {}\r\n{}", kRetryAfter, warning("all lines are in use")));
  }
  SessionSetup setup = setup_for(listener, admission->nat, admission->keys);
  // The offer is judged before there is a transaction; its number is put in when there is one.
  if (auto judged = Session::incoming(setup, invite, 0); !judged) {
    return respond_statelessly(listener, raw, refusal_of(judged.error()));
  }
  const RecentInvites::Key key = RecentInvites::key_of(invite);
  if (recent_.knows(key, base::SteadyClock::now()))
    return respond_statelessly(listener, raw, refuse(482, "this INVITE has come by another way"));
  const auto transaction = server_.open(listener, raw);
  if (!transaction) return respond_statelessly(listener, raw, refuse(503, "out of memory"));
  recent_.add(key);
  trace_.open(invite.call_id);
  trace_.add(invite.call_id, last_traced_);
  server_.respond(*transaction, 100, {}, {});

  auto session = Session::incoming(std::move(setup), invite, *transaction);
  Entry entry(std::move(*session));
  entry.listener = &listener;
  if (trunk) entry.line = take_line(trunk);
  entry.invited = key;
  const SessionId id = add(std::move(entry));
  undecided_.emplace(*transaction, id);
  resolve_media(id, [this, id, admission = std::move(*admission), call_id = invite.call_id] {
    const Entry* made = find(id);
    if (made == nullptr) return;  // the caller gave up meanwhile; nobody has heard of this call
    user_.on_incoming({id, admission, made->session.media(), to_row(made->session.dialog()), call_id});
  });
}

void Agent::on_request_in_dialog(Listener& listener, const sip_msg& raw, const Message& request) {
  SessionId id;
  Entry* entry = find_dialog(request, id);
  if (request.method == "ACK") {
    if (entry == nullptr) return metrics_.count_unmatched();
    return perform(id, entry->session.on_ack(request));
  }
  if (entry == nullptr) return respond_statelessly(listener, raw, refuse(481, "no such call"));
  if (const auto refusal = screen(request)) return respond_statelessly(listener, raw, *refusal);
  if (request.method == "OPTIONS") return respond_statelessly(listener, raw, 200, kAbilities);
  const auto transaction = server_.open(listener, raw);
  if (!transaction) return respond_statelessly(listener, raw, refuse(503, "out of memory"));
  perform(id, entry->session.on_request(request, *transaction));
}

void Agent::on_cancel(ServerTransaction transaction) {
  const auto found = undecided_.find(transaction);
  if (found == undecided_.end()) return;
  const SessionId id = found->second;
  if (Entry* entry = find(id)) perform(id, entry->session.on_cancel());
}

/// A 2xx whose transaction is over: our ACK was lost, or a second branch answered.
void Agent::on_stray_response(Listener& listener, const sip_msg& raw) {
  const auto response = decode(raw, listener.index());
  if (response && drop_late(*response)) return;
  const auto found = response ? by_local_tag_.find(response->from.tag) : by_local_tag_.end();
  if (found == by_local_tag_.end() || response->method != "INVITE" || response->status < 200 ||
      response->status >= 300) {
    return metrics_.count_unmatched();
  }
  const SessionId id = found->second;
  Entry* entry = find(id);
  if (entry == nullptr || entry->session.dialog().call_id != response->call_id)
    return metrics_.count_unmatched();
  perform(id, entry->session.on_invite_response(*response));
}

// ---- sessions

SessionId Agent::add(Entry entry) {
  const SessionId id(++last_session_);
  by_local_tag_.emplace(entry.session.dialog().local_tag, id);
  sessions_.emplace(id, std::make_unique<Entry>(std::move(entry)));
  live_.store(sessions_.size(), std::memory_order_relaxed);
  return id;
}

Agent::Entry* Agent::find(SessionId session) {
  const auto found = sessions_.find(session);
  return found == sessions_.end() ? nullptr : found->second.get();
}

Agent::Entry* Agent::find_dialog(const Message& request, SessionId& id) {
  const auto found = by_local_tag_.find(request.to.tag);
  if (found == by_local_tag_.end()) return nullptr;
  id = found->second;
  Entry* entry = find(id);
  return entry != nullptr && entry->session.owns(request) ? entry : nullptr;
}

std::string Agent::call_id(SessionId session) const {
  const auto found = sessions_.find(session);
  return found == sessions_.end() ? std::string() : found->second->session.dialog().call_id;
}

void Agent::ring(SessionId session) {
  if (Entry* entry = find(session)) perform(session, entry->session.ring());
}

void Agent::answer(SessionId session, const call::LocalMedia& local) {
  if (Entry* entry = find(session)) perform(session, entry->session.answer(local));
}

void Agent::acknowledge(SessionId session) {
  if (Entry* entry = find(session)) perform(session, entry->session.acknowledge());
}

void Agent::reject(SessionId session, int status, const std::string& reason, const std::string& redirect_to) {
  if (Entry* entry = find(session)) perform(session, entry->session.reject(status, reason, redirect_to));
}

void Agent::hang_up(SessionId session) {
  if (Entry* entry = find(session)) perform(session, entry->session.hang_up());
}

}  // namespace tonearm::sip
