#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/guid.hpp"
#include "sip/address.hpp"
#include "sip/agent.hpp"
#include "sip/errc.hpp"
#include "sip/uri.hpp"

// What leaves from where, and the BYEs of a process before this one.

namespace tonearm::sip {
namespace {

constexpr std::chrono::milliseconds kRestoredPace{20};  // ≤ 50/s, so that a restart is no flood
constexpr std::uint32_t kRestoredStep = 1000;  // the row may be older than the last request of that process

std::uint64_t random_word() {
  return base::Guid::random().hash();
}

}  // namespace

void Agent::hang_up_restored(const std::string& row) {
  auto dialog = dialog_of_row(row);
  if (!dialog) {
    spdlog::warn("sip: {}", dialog.error().message());
    return;
  }
  dialog->local_cseq += kRestoredStep;
  if (dialog->flow.transport ==
      Transport::tcp) {  // that connection is gone: Contact says where to go instead
    dialog->flow.transport = Transport::udp;
    dialog->flow.remote = {};
    dialog->symmetric = false;
  }
  // The number in the row counts that process's listeners: its settings and the machine's addresses may have
  // been others.
  const auto same = std::ranges::find_if(listeners_, [&](const auto& listener) {
    return listener->transport() == dialog->flow.transport && listener->local() == dialog->flow.local;
  });
  dialog->flow.listener = same == listeners_.end() ? kAnyListener : (*same)->index();
  restored_.push_back(std::move(*dialog));
  if (!restored_timer_) pace_restored();
}

void Agent::pace_restored() {
  restored_timer_.reset();
  if (restored_.empty()) return;
  Dialog dialog = std::move(restored_.front());
  restored_.pop_front();
  OutgoingRequest bye = make_request(dialog, "BYE");
  if (Listener* listener = route(bye)) {
    client_.send(*listener, bye, [](int, const sip_msg*) {});  // whatever comes back, the call is over
  }
  restored_timer_ = loop_.after(kRestoredPace, [this] { pace_restored(); });
}

/// Puts in what the hosts file knows; libre asks DNS for the rest.
Listener* Agent::route(OutgoingRequest& request) const {
  if (auto address = resolver_->known(request.next_hop.host)) request.next_hop.host = std::move(*address);
  return pick(request.next_hop);
}

/// The listener that a request leaves from: the one its dialog uses, if that speaks the transport and family;
/// else, among those that do, the one whose address the kernel would choose for the way there.
Listener* Agent::pick(const NextHop& hop) const {
  const bool is_v6 = hop.host.find(':') != std::string::npos;
  const bool literal = is_address_literal(hop.host);
  const auto fits = [&](const Listener& listener) {
    return listener.transport() == hop.transport && (!literal || listener.local().is_v6() == is_v6);
  };
  if (hop.listener < listeners_.size() && fits(*listeners_[hop.listener]))
    return listeners_[hop.listener].get();
  Listener* first = nullptr;
  const auto own = literal ? address_towards(hop.host) : std::nullopt;
  for (const auto& listener : listeners_) {
    if (!fits(*listener)) continue;
    if (listener->local().address == own) return listener.get();
    if (first == nullptr) first = listener.get();
  }
  return first;
}

SessionSetup Agent::setup_for(const Listener& listener, bool nat, call::KeySource keys) const {
  SessionSetup setup;
  setup.capabilities = settings_.capabilities;
  setup.contact = contact_of(listener);
  setup.sdp_session = random_word() >> 2;  // some phones read it as a signed number
  setup.nat = nat;
  setup.keys = keys;
  setup.ringing_limit = settings_.ringing_limit;
  return setup;
}

std::string Agent::own_host(const Listener& listener) const {
  return settings_.public_address.empty() ? listener.local().address : settings_.public_address;
}

std::string Agent::contact_of(const Listener& listener) const {
  return fmt::format("<{}>", contact_uri({listener.transport(), listener.index(), {}, 0}, "tonearm"));
}

}  // namespace tonearm::sip
