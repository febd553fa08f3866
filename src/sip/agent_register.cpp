#include <algorithm>
#include <set>

#include <spdlog/spdlog.h>

#include "base/log.hpp"
#include "sip/agent.hpp"
#include "sip/decode_register.hpp"
#include "sip/uri.hpp"

// Who a request comes from, and the registrar (RFC 3261 §10.3).

namespace tonearm::sip {

std::expected<std::string, Refusal> Agent::identify(const sip_msg& raw, const Message& request) {
  const Proof proof{request.method, authorizations_in(raw), request.flow.remote.address, user_agent_in(raw)};
  auto user = authenticator_.check(proof, registrations_, base::SteadyClock::now());
  if (user) return std::move(*user);
  if (const auto failure = user.error().failure) {
    metrics_.count_failure(*failure);
    static base::RateLimit limit(1);
    unsigned held_back = 0;
    if (failure != AuthFailure::stale && limit.allow(held_back)) {
      spdlog::warn("sip: credentials from {} were not taken: {} ({} more)", request.flow.remote.to_string(),
                   to_string(*failure), held_back);
    }
  }
  return std::unexpected(std::move(user.error().refusal));
}

/// Until the sender is known nothing is kept; from then on a transaction absorbs what is sent again, whose
/// credentials would be refused as a repeat.
void Agent::on_register(Listener& listener, const sip_msg& raw, const Message& request) {
  if (!authenticator_.has_users()) {
    return respond_statelessly(listener, raw, refuse(501, "no user of this server can register"));
  }
  const auto user = identify(raw, request);
  if (!user) return respond_statelessly(listener, raw, user.error());
  const auto transaction = server_.open(listener, raw);
  if (!transaction) return respond_statelessly(listener, raw, refuse(503, "out of memory"));
  const auto refusal = register_contacts(*user, raw, request);
  if (refusal) {
    server_.respond(*transaction, refusal->status, refusal->headers, {});
    return;
  }
  server_.respond(*transaction, 200, registrations_.contact_headers(*user, base::SteadyClock::now()), {});
  flows_.watch(listener, raw, request.flow);
}

std::optional<Refusal> Agent::register_contacts(const std::string& user, const sip_msg& raw,
                                                const Message& request) {
  const auto entry = std::ranges::find(settings_.directory.users, user, &UserEntry::id);
  const auto to = parse_uri(request.to.uri);
  if (entry == settings_.directory.users.end() || !to || to->user != entry->username) {
    return refuse(403, "everybody registers for themselves only");
  }
  const auto wanted = decode_register(raw, request);
  if (!wanted) return wanted.error();
  auto refusal = registrations_.apply(user, *wanted, base::SteadyClock::now());
  on_registrations_changed();
  return refusal;
}

void Agent::on_registrations_changed() {
  metrics_.set_registrations(registrations_.count());
  if (expiry_timer_) loop_.cancel(*expiry_timer_);
  expiry_timer_.reset();
  const auto next = registrations_.next_expiry();
  if (!next) return;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - base::SteadyClock::now());
  expiry_timer_ = loop_.after(std::max(left, std::chrono::milliseconds(0)), [this] {
    registrations_.expire(base::SteadyClock::now());
    on_registrations_changed();
  });
}

void Agent::set_directory(Directory directory) {
  settings_.directory = std::move(directory);
  trunks_->configure(settings_.directory.trunks);
  authenticator_.set_users(settings_.directory.users);
  std::set<std::string> who;
  for (const UserEntry& user : settings_.directory.users) {
    if (!user.password.empty()) who.insert(user.id);
  }
  registrations_.keep(who);
  on_registrations_changed();
}

}  // namespace tonearm::sip
