#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/guid.hpp"
#include "sip/agent.hpp"
#include "sip/decode.hpp"
#include "sip/errc.hpp"
#include "sip/refer.hpp"
#include "sip/screening.hpp"
#include "sip/uri.hpp"

// Calls that begin with us: one way after the other until somebody answers or refuses, and what becomes of
// those who answer when nobody waits for them any more.

namespace tonearm::sip {
namespace {

constexpr std::chrono::seconds kLateAnswers{32};  // 64·T1: how long a 2xx may be on its way
constexpr std::size_t kLateMax = 10'000;

}  // namespace

base::Result<SessionId> Agent::call(const OutgoingCall& call) {
  const auto target = parse_uri(call.target);
  if (!target) return std::unexpected(target.error());
  Way way;
  way.route.uri = call.target;
  way.route.host = call.next_hop.empty() ? target->host : call.next_hop;
  way.route.port = target->port;
  way.route.transport = target->transport() == "tcp" ? Transport::tcp : Transport::udp;
  way.route.hop = call.hop;
  way.route.caller.display_name = call.from_name;
  way.route.caller.uri = call.from_uri;
  if (pick({way.route.transport, kAnyListener, way.route.host, 0}) == nullptr)
    return base::fail(SipErrc::unsupported_transport, call.target);
  if (!call.username.empty()) {  // the called is a trunk of this call alone
    TrunkEntry called;
    called.username = call.username;
    called.password = call.password;
    way.trunk = std::make_shared<Trunk>(std::move(called));
  }
  std::vector<Way> ways;
  ways.push_back(std::move(way));
  return place(std::move(ways), call.local, call::kHopsMax);
}

std::expected<std::vector<CallRoute>, NoRoute> Agent::routes(const call::Party& target,
                                                             const call::Party& source,
                                                             const std::string& caller_number) {
  const auto phones = [this](const std::string& user) {
    std::vector<UserContact> found;
    for (const Registration& phone : contacts_of(user)) {
      const auto contact = parse_uri(phone.uri);
      const bool nat = !contact || contact->host != phone.flow.remote.address;
      found.push_back({phone.uri, next_hop(phone), nat});
    }
    return found;
  };
  return routes_to(settings_.directory, target, source, caller_number, phones, *trunks_);
}

std::expected<SessionId, NoRoute> Agent::call(const PartyCall& call) {
  auto found = routes(call.target, call.source, call.caller_number);
  if (!found) return std::unexpected(std::move(found.error()));
  std::vector<Way> ways;
  for (CallRoute& route : *found) {
    std::shared_ptr<Trunk> trunk = route.trunk ? trunks_->at(*route.trunk) : nullptr;
    ways.push_back({std::move(route), std::move(trunk)});
  }
  return place(std::move(ways), call.local, call.hops);
}

/// The URI that the far end is to call: a way that we would take ourselves, or the far end of the other call.
std::expected<std::string, NoRoute> Agent::refer_target(const PartyReferral& referral) {
  if (referral.replaces) {
    const Entry* other = find(*referral.replaces);
    if (other == nullptr) return std::unexpected(NoRoute{0, false, "the call with the target is over"});
    return target_that_replaces(other->session.dialog());
  }
  auto found = routes(referral.target, referral.source, referral.caller_number);
  if (!found) return std::unexpected(std::move(found.error()));
  return found->front().uri;
}

void Agent::refer(SessionId session, const PartyReferral& referral) {
  Entry* entry = find(session);
  if (entry == nullptr) return;
  const auto target = refer_target(referral);
  if (!target) {
    const Referred failed{Referred::Outcome::failed, target.error().status, target.error().reason};
    return user_.on_event(session, failed, to_row(entry->session.dialog()));
  }
  const Dialog& dialog = entry->session.dialog();
  const std::string referrer = contact_uri({dialog.flow.transport, dialog.flow.listener, {}, 0}, "tonearm");
  perform(session, entry->session.refer(refer_lines(*target, referrer)));
}

SessionId Agent::place(std::vector<Way> ways, const call::LocalMedia& local, unsigned hops) {
  std::string call_id = base::Guid::random().to_string();
  trace_.open(call_id);
  Entry entry(
      Session::calling(std::move(call_id), fmt::format("{:016x}", base::Guid::random().hash()), local));
  entry.placement = std::make_unique<Placement>();
  entry.placement->ways = std::move(ways);
  entry.placement->forwards = hops;
  const SessionId id = add(std::move(entry));
  // Later, so that whoever asked knows the session before it reports anything.
  loop_.post([this, alive = std::weak_ptr(alive_), id] {
    if (!alive.expired()) try_way(id);
  });
  return id;
}

// ---- one way after the other

void Agent::try_way(SessionId id) {
  Entry* entry = find(id);
  if (entry == nullptr || !entry->session.is_calling()) return;
  Placement& placement = *entry->placement;
  const Way& way = placement.ways[placement.way];
  entry->line = way.trunk ? take_line(way.trunk) : nullptr;
  if (way.trunk) trunks_->publish();
  placement.hop = 0;
  placement.hops.clear();
  const auto located = [this, id, index = placement.way](std::vector<NextHop> hops) {
    Entry* waiting = find(id);
    if (waiting == nullptr || waiting->placement->way != index) return;
    if (waiting->line) {
      std::vector<base::Endpoint> endpoints;
      for (const NextHop& hop : hops) endpoints.push_back({hop.host, hop.port});
      waiting->line->note_addresses(endpoints);
    }
    waiting->placement->hops = std::move(hops);
    if (!waiting->placement->hops.empty()) return try_hop(id);
    on_invite_broken(id, EHOSTUNREACH);
  };
  if (way.route.hop) return located({*way.route.hop});
  locate(way.route.host, way.route.port, way.route.transport, way.route.listener, located);
}

void Agent::try_hop(SessionId id) {
  Entry* entry = find(id);
  if (entry == nullptr || !entry->session.is_calling()) return;
  Placement& placement = *entry->placement;
  const CallRoute& route = placement.ways[placement.way].route;
  const NextHop& hop = placement.hops[placement.hop];
  const Listener* listener = pick(hop);
  if (listener == nullptr) return on_invite_broken(id, EPROTONOSUPPORT);
  const IdentityHeaders identity = identity_headers(route.caller, own_host(*listener));
  Invitation invitation;
  invitation.target = route.uri;
  invitation.from = identity.from;
  invitation.to = fmt::format("<{}>", route.uri);
  invitation.next_hop = hop;
  invitation.hops = placement.forwards;
  invitation.extra_headers = fmt::format("Allow: {}\r\n", kAllow) + identity.others;
  placement.answers = 0;
  placement.rung = false;
  const bool is_last =
      placement.hop + 1 == placement.hops.size() && placement.way + 1 == placement.ways.size();
  SessionActions actions = entry->session.invite(setup_for(*listener, route.nat, route.keys), invitation);
  loop_.cancel(std::exchange(placement.limit, 0));
  if (!is_last) {
    placement.limit = loop_.after(settings_.target_limit, [this, id, attempt = placement.attempt + 1] {
      on_target_silent(id, attempt);
    });
  }
  perform(id, std::move(actions));
}

bool Agent::try_elsewhere(SessionId id) {
  Entry* entry = find(id);
  if (entry == nullptr || !entry->placement || !entry->session.is_calling()) return false;
  Placement& placement = *entry->placement;
  if (placement.rung) return false;  // somebody was there: this is an answer, not a broken way
  if (placement.hop + 1 < placement.hops.size()) {
    ++placement.attempt;
    ++placement.hop;
    try_hop(id);
    return true;
  }
  if (placement.way + 1 >= placement.ways.size()) return false;
  ++placement.attempt;
  ++placement.way;
  try_way(id);
  return true;
}

/// Nothing came back, not even a 100. Should the target wake up later, its first word gets a CANCEL.
void Agent::on_target_silent(SessionId id, std::uint64_t attempt) {
  Entry* entry = find(id);
  if (entry == nullptr || entry->placement->attempt != attempt || !entry->session.is_calling()) return;
  if (entry->invite) client_.cancel(*std::exchange(entry->invite, std::nullopt));
  on_invite_broken(id, ETIMEDOUT);
}

void Agent::on_invite_broken(SessionId id, int error) {
  Entry* entry = find(id);
  if (entry == nullptr) return;
  entry->invite.reset();
  if (entry->line) {
    const Placement& placement = *entry->placement;
    entry->line->note_silence(placement.ways[placement.way].route.target);
    trunks_->publish();
  }
  if (try_elsewhere(id)) return;
  perform(id, entry->session.on_invite_failed(
                  0, error == ETIMEDOUT ? "no answer to the INVITE" : "the target cannot be reached"));
}

// ---- what comes back

void Agent::on_invite_response(SessionId id, std::uint64_t attempt, std::size_t listener, int error,
                               const sip_msg* response) {
  Entry* entry = find(id);
  const auto message = response == nullptr ? std::nullopt : decode(*response, listener);
  if (entry == nullptr || !entry->placement) {
    if (message) drop_late(*message);
    return;
  }
  if (entry->placement->attempt != attempt) {  // a target that was given up
    if (message && message->status >= 200) perform(id, entry->session.on_invite_response(*message));
    return;
  }
  loop_.cancel(std::exchange(entry->placement->limit, 0));
  if (response == nullptr) return on_invite_broken(id, error);
  if (response->scode >= 200) entry->invite.reset();
  if (response->scode > 100 && response->scode < 200) entry->placement->rung = true;
  if (entry->line) {
    const Placement& placement = *entry->placement;
    entry->line->note_response(placement.ways[placement.way].route.target, response->scode,
                               details_of(*response, {}).retry_after);
  }
  if (response->scode == 503 && try_elsewhere(id)) return;
  if ((response->scode == 401 || response->scode == 407) && authorize_invite(id, *response)) return;
  if (message) return perform(id, entry->session.on_invite_response(*message));
  metrics_.count_malformed();
  if (response->scode >= 200) perform(id, entry->session.on_invite_failed(500, "the response is malformed"));
}

/// Only a trunk's own challenge is answered, and only with that trunk's password; a phone that asks gets
/// none.
bool Agent::authorize_invite(SessionId id, const sip_msg& response) {
  Entry* entry = find(id);
  if (!entry->line || !entry->session.is_calling()) return false;
  Placement& placement = *entry->placement;
  const auto line = entry->line->answer(details_of(response, {}), to_endpoint(response.src).address, "INVITE",
                                        placement.ways[placement.way].route.uri, placement.answers);
  if (!line) return false;
  ++placement.answers;
  perform(id, entry->session.authorize(*line));
  return true;
}

/// Given up before any INVITE left: while names are looked up.
void Agent::give_up_unsent(SessionId id) {
  loop_.post([this, alive = std::weak_ptr(alive_), id] {
    Entry* entry = alive.expired() ? nullptr : find(id);
    if (entry != nullptr && !entry->invite) perform(id, entry->session.on_invite_failed(487, {}));
  });
}

// ---- answers that come too late

void Agent::remember_branches(const Entry& entry) {
  if (entry.placement->attempt == 0 || late_.size() >= kLateMax) return;
  const std::string tag = entry.session.dialog().local_tag;
  late_.emplace(tag, entry.session.branches());
  loop_.after(kLateAnswers, [this, alive = std::weak_ptr(alive_), tag] {
    if (!alive.expired()) late_.erase(tag);
  });
}

bool Agent::drop_late(const Message& response) {
  const auto found = late_.find(response.from.tag);
  if (found == late_.end() || found->second.invite.call_id != response.call_id) return false;
  if (response.method != "INVITE" || response.status < 200 || response.status >= 300) return false;
  drop(found->second.drop(response));
  return true;
}

void Agent::drop(DropBranch branch) {
  if (Listener* listener = route(branch.ack)) client_.send_ack(*listener, branch.ack);
  if (!branch.bye) return;
  if (Listener* listener = route(*branch.bye))
    client_.send(*listener, *branch.bye, [](int, const sip_msg*) {});
}

// ---- for trunks

void Agent::locate(const std::string& host, std::uint16_t port, Transport transport,
                   std::optional<std::size_t> listener, Located done) {
  const bool v6 = std::ranges::none_of(listeners_, [&](const auto& candidate) {
    return candidate->transport() == transport && !candidate->local().is_v6();
  });
  const std::size_t leaves_from = listener && *listener < vias_.size() ? vias_[*listener] : kAnyListener;
  resolver_->locate(
      host, port, transport, v6,
      [transport, leaves_from, done = std::move(done)](const std::vector<base::Endpoint>& endpoints) {
        std::vector<NextHop> hops;
        for (const base::Endpoint& endpoint : endpoints) {
          hops.push_back({transport, leaves_from, endpoint.address, endpoint.port});
        }
        done(std::move(hops));
      });
}

void Agent::ask(const OutgoingRequest& request, Answered done) {
  OutgoingRequest sent = request;
  Listener* listener = route(sent);
  const auto on_response = [done](int, const sip_msg* response) {
    if (response == nullptr || response->scode >= 200) done(response);
  };
  if (listener != nullptr && client_.send(*listener, sent, on_response)) return;
  loop_.post([alive = std::weak_ptr(alive_), done] {
    if (!alive.expired()) done(nullptr);
  });
}

std::string Agent::contact_uri(const NextHop& hop, const std::string& user) const {
  const Listener* listener = pick(hop);
  if (listener == nullptr) return "sip:tonearm@invalid";
  const char* transport = listener->transport() == Transport::tcp ? ";transport=tcp" : "";
  return SipUri{"sip", user, own_host(*listener), listener->local().port, transport}.to_string();
}

}  // namespace tonearm::sip
