#include "sip/trunk.hpp"

#include <algorithm>

#include "base/guid.hpp"

namespace tonearm::sip {
namespace {

constexpr std::size_t kAddressesMax = 64;

bool same(const base::Secret& a, const base::Secret& b) {
  return a.reveal() == b.reveal();  // both are ours: nobody can time this
}

bool same_way(const TrunkEntry& a, const TrunkEntry& b) {
  return a.targets == b.targets && a.transport == b.transport && a.listener == b.listener &&
         a.username == b.username && same(a.password, b.password) && a.registers == b.registers &&
         a.expires == b.expires && a.probe == b.probe;
}

}  // namespace

Trunk::Trunk(TrunkEntry entry)
    : entry_(std::move(entry)),
      health_(entry_.targets.size(), TargetHealth(entry_.probe)),
      answerer_({entry_.username, entry_.password}) {}

bool Trunk::configure(TrunkEntry entry) {
  const bool changed = !same_way(entry_, entry);
  entry_ = std::move(entry);
  if (!changed) return false;
  health_.assign(entry_.targets.size(), TargetHealth(entry_.probe));
  addresses_.clear();
  answerer_ = ChallengeAnswerer({entry_.username, entry_.password});
  return true;
}

void Trunk::note_response(std::size_t target, int status, std::optional<std::chrono::seconds> retry_after) {
  if (target < health_.size()) health_[target].on_response(status, retry_after, base::SteadyClock::now());
}

void Trunk::note_silence(std::size_t target) {
  if (target < health_.size()) health_[target].on_silence(base::SteadyClock::now());
}

void Trunk::note_addresses(const std::vector<base::Endpoint>& endpoints) {
  for (const base::Endpoint& endpoint : endpoints) {
    if (addresses_.size() < kAddressesMax) addresses_.insert(endpoint.address);
  }
}

bool Trunk::is_own_address(const std::string& address) const {
  return addresses_.contains(address) ||
         std::ranges::any_of(entry_.sources, [&](const auto& network) { return network.contains(address); });
}

std::optional<std::string> Trunk::answer(const ResponseDetails& challenged, const std::string& source,
                                         const std::string& method, const std::string& uri, int answered) {
  const auto challenge = best_challenge(challenged.www_authenticate, challenged.proxy_authenticate);
  return answerer_.answer(challenge,
                          {is_own_address(source), answered, method, uri, base::Guid::random().to_string()});
}

TrunkLine take_line(std::shared_ptr<Trunk> trunk) {
  Trunk* const held = trunk.get();
  held->enter();
  return {held, [trunk = std::move(trunk)](Trunk* left) { left->leave(); }};
}

}  // namespace tonearm::sip
