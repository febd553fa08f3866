#include <utility>

#include <spdlog/spdlog.h>

#include "sip/agent.hpp"
#include "sip/decode.hpp"
#include "sip/large_request.hpp"

// What sessions want done, done.

namespace tonearm::sip {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

int status_of(int error) {
  return error == ETIMEDOUT ? 408 : 503;
}

}  // namespace

void Agent::perform(SessionId id, SessionActions actions) {
  for (SessionAction& action : actions) {
    Entry* entry = find(id);
    if (entry == nullptr) return;
    perform_one(id, *entry, action);
  }
  resolve_media(id, [] {});
}

void Agent::resolve_media(SessionId id, std::function<void()> then) {
  Entry* entry = find(id);
  const auto host = entry == nullptr ? std::nullopt : entry->session.unresolved_host();
  if (!host) return then();
  if (entry->resolving == *host) return;
  entry->resolving = *host;
  resolver_->look_up(
      *host, entry->session.dialog().flow.remote.is_v6(),
      [this, id, host = *host, then = std::move(then)](const std::optional<std::string>& address) {
        Entry* waiting = find(id);
        if (waiting != nullptr && address) {
          waiting->resolving.clear();  // the next description may name it again
          perform(id, waiting->session.on_resolved(host, *address));
        }
        then();
      });
}

void Agent::perform_one(SessionId id, Entry& entry, SessionAction& action) {
  std::visit(
      Overloaded{
          [&](const SendResponse& response) {
            auto sent =
                server_.respond(response.transaction, response.status, response.headers, response.sdp);
            if (sent) entry.answer = std::move(sent);
            if (response.status >= 200) undecided_.erase(response.transaction);
          },
          [&](const RepeatAnswer&) {
            if (entry.answer) entry.answer->repeat();
          },
          [&](const SendRequest& wanted) { send(id, entry, wanted.request); },
          [&](SendAck& wanted) {
            if (Listener* listener = route(wanted.request)) client_.send_ack(*listener, wanted.request);
          },
          [&](DropBranch& branch) { drop(std::move(branch)); },
          [&](const CancelInvite&) {
            entry.invite_cancelled = true;
            if (entry.invite) return client_.cancel(*entry.invite);
            give_up_unsent(id);
          },
          [&](const ArmSessionTimer& timer) { arm(id, entry, timer); },
          [&](const DisarmSessionTimer& timer) {
            disarm(entry, timer.timer);
            if (timer.timer == SessionTimer::answer_repeat) entry.answer.reset();
          },
          [&](const SessionEvent& event) { user_.on_event(id, event, to_row(entry.session.dialog())); },
          [&](const Finished&) { remove(id); },
      },
      action);
}

void Agent::send(SessionId id, Entry& entry, const OutgoingRequest& request) {
  std::deque<OutgoingRequest> ways;
  if (auto large = over_tcp(request); large && pick(large->next_hop) != nullptr) {
    ways.push_back(std::move(*large));  // RFC 3261 §18.1.1, with UDP for whoever does not listen there
  }
  ways.push_back(request);
  const Dialog& dialog = entry.session.dialog();
  if (const auto other = other_hop(dialog); other && request.next_hop == next_hop(dialog)) {
    ways.push_back(request);
    ways.back().next_hop = *other;
  }
  send_by(id, entry, std::move(ways));
}

void Agent::send_by(SessionId id, Entry& entry, std::deque<OutgoingRequest> ways) {
  OutgoingRequest request = std::move(ways.front());
  ways.pop_front();
  Listener* listener = route(request);
  const std::size_t index = listener == nullptr ? 0 : listener->index();
  // An INVITE that makes a call, not one within its dialog.
  const bool places = request.method == "INVITE" && entry.session.is_calling();
  const std::uint64_t attempt = places && entry.placement ? ++entry.placement->attempt : 0;
  auto on_final = [this, id, places, attempt, index, method = request.method](int error,
                                                                              const sip_msg* response) {
    if (places) return on_invite_response(id, attempt, index, error, response);
    if (method == "BYE") return on_bye_response(id, response);
    on_response(id, index, method, error, response);
  };
  auto on_response = [this, id, places, ways, on_final](int error, const sip_msg* response) {
    Entry* waiting = find(id);
    const bool lost = response == nullptr && error != ETIMEDOUT;
    if (lost && waiting != nullptr && !ways.empty() && !(places && waiting->invite_cancelled)) {
      return send_by(id, *waiting, ways);
    }
    on_final(error, response);
  };
  const auto number =
      listener == nullptr ? std::nullopt : client_.send(*listener, request, std::move(on_response));
  if (places) entry.invite = number;
  if (number) return;
  if (!ways.empty()) return send_by(id, entry, std::move(ways));
  // Later, so that whoever asked has left the stack.
  loop_.post([alive = std::weak_ptr(alive_), on_final] {
    if (!alive.expired()) on_final(EHOSTUNREACH, nullptr);
  });
}

std::optional<std::string> Agent::answer_to_challenge(Entry& entry, const std::string& method,
                                                      const std::string& target, const sip_msg& response) {
  const bool challenged = response.scode == 401 || response.scode == 407;
  std::optional<std::string> line;
  if (challenged && entry.line) {
    line = entry.line->answer(details_of(response, {}), to_endpoint(response.src).address, method, target,
                              entry.answers++);
  }
  if (!line && response.scode >= 200) entry.answers = 0;
  return line;
}

void Agent::on_bye_response(SessionId id, const sip_msg* response) {
  Entry* entry = find(id);
  if (entry == nullptr) return;
  if (response == nullptr) return perform(id, entry->session.on_bye_response(408));
  if (const auto line = answer_to_challenge(*entry, "BYE", entry->session.dialog().remote_target, *response))
    return perform(id, entry->session.authorize(*line));
  perform(id, entry->session.on_bye_response(response->scode));
}

/// Of a request that neither makes the call nor ends it: UPDATE, PRACK, an INVITE within the dialog.
void Agent::on_response(SessionId id, std::size_t listener, const std::string& method, int error,
                        const sip_msg* response) {
  Entry* entry = find(id);
  const auto message = response == nullptr ? std::nullopt : decode(*response, listener);
  if (entry == nullptr) {
    if (message) drop_late(*message);
    return;
  }
  if (response == nullptr) return perform(id, entry->session.on_request_failed(method, status_of(error)));
  if (message) {
    if (auto again = authorized(*entry, *message, *response)) return perform(id, std::move(*again));
  }
  if (message) return perform(id, entry->session.on_response(*message));
  metrics_.count_malformed();
  if (response->scode >= 200) perform(id, entry->session.on_request_failed(method, 500));
}

/// The request once more, with an answer to the challenge that it met with, if that is one we can answer.
std::optional<SessionActions> Agent::authorized(Entry& entry, const Message& message,
                                                const sip_msg& response) {
  Session& session = entry.session;
  const bool refreshes = session.is_refreshing(message.cseq);
  const bool refers = message.method == "REFER" && session.is_referring(message.cseq);
  if (!refreshes && !refers && message.method != "PRACK") return std::nullopt;
  const auto line = answer_to_challenge(entry, message.method, session.target_of(message), response);
  if (!line) return std::nullopt;
  if (refers) return session.authorize_refer(*line);
  return refreshes ? session.authorize_refresh(*line) : session.authorize_prack(message, *line);
}

void Agent::arm(SessionId id, Entry& entry, const ArmSessionTimer& timer) {
  disarm(entry, timer.timer);
  entry.timers[static_cast<std::size_t>(timer.timer)] =
      loop_.after(timer.after, [this, id, which = timer.timer] {
        if (Entry* rung = find(id)) perform(id, rung->session.on_timer(which));
      });
}

void Agent::disarm(Entry& entry, SessionTimer timer) {
  loop_.cancel(std::exchange(entry.timers[static_cast<std::size_t>(timer)], 0));
}

void Agent::remove(SessionId id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  Entry& entry = *found->second;
  for (const Loop::TimerId timer : entry.timers) loop_.cancel(timer);
  if (entry.placement) {
    loop_.cancel(entry.placement->limit);
    remember_branches(entry);
  }
  recent_.end(entry.invited, base::SteadyClock::now());
  const bool had_line = entry.line != nullptr;
  by_local_tag_.erase(entry.session.dialog().local_tag);
  sessions_.erase(found);
  if (had_line) trunks_->publish();
  live_.store(sessions_.size(), std::memory_order_relaxed);
  user_.on_finished(id);
}

}  // namespace tonearm::sip
