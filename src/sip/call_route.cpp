#include "sip/call_route.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sip/uri.hpp"

namespace tonearm::sip {
namespace {

constexpr const char* kAnonymous = "anonymous";

Transport transport_of(const SipUri& uri, Transport otherwise) {
  const std::string name = uri.parameter("transport");
  if (name.empty()) return otherwise;
  return name == "tcp" ? Transport::tcp : Transport::udp;
}

std::string in_quotes(std::string_view display_name) {
  if (display_name.empty()) return {};
  std::string out;
  for (const char c : display_name) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out.push_back(c);
  }
  return fmt::format("\"{}\" ", out);
}

std::string phone_uri(const std::string& number, const std::string& host) {
  return SipUri{"sip", number, host, 0, number.starts_with('+') ? ";user=phone" : ""}.to_string();
}

CallRoute route_by(const SipUri& uri, Transport transport) {
  CallRoute route;
  route.uri = uri.to_string();
  route.host = uri.host;
  route.port = uri.port;
  route.transport = transport_of(uri, transport);
  return route;
}

// ---- users

const UserEntry* find_user(const Directory& directory, const std::string& id) {
  const auto user = std::ranges::find(directory.users, id, &UserEntry::id);
  return user == directory.users.end() ? nullptr : &*user;
}

std::expected<std::vector<CallRoute>, NoRoute> routes_to_user(const Directory& directory,
                                                              const std::string& id,
                                                              const CallerIdentity& caller,
                                                              const ContactsOf& contacts) {
  const UserEntry* user = find_user(directory, id);
  if (user == nullptr) return std::unexpected(NoRoute{0, false, "no such user in the directory"});
  std::vector<CallRoute> routes;
  const auto add = [&](const std::string& text, const std::optional<NextHop>& hop, bool nat) {
    const auto uri = parse_uri(text);
    if (!uri) return;
    CallRoute route = route_by(*uri, Transport::udp);
    route.hop = hop;
    route.nat = nat || user->nat;
    route.keys = user->keys;
    route.caller = caller;
    routes.push_back(std::move(route));
  };
  if (contacts) {
    for (const UserContact& contact : contacts(id)) add(contact.uri, contact.hop, contact.nat);
  }
  if (routes.empty()) add(user->uri, {}, user->nat);
  if (routes.empty()) return std::unexpected(NoRoute{0, false, "the user has no phone registered"});
  return routes;
}

// ---- numbers

/// Length of the longest prefix of `number` that the trunk takes; nothing if it takes none.
std::optional<std::size_t> match_length(const TrunkEntry& trunk, const std::string& number) {
  std::optional<std::size_t> longest;
  if (trunk.targets.empty()) return longest;  // it only calls in
  for (const std::string& prefix : trunk.numbers) {
    if (number.starts_with(prefix)) longest = std::max(longest.value_or(0), prefix.size());
  }
  return longest;
}

std::vector<std::size_t> trunks_for(const Directory& directory, const std::string& number) {
  std::vector<std::size_t> best;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < directory.trunks.size(); ++i) {
    const auto length = match_length(directory.trunks[i], number);
    if (!length || (!best.empty() && *length < longest)) continue;
    if (best.empty() || *length > longest) best.clear();
    longest = *length;
    best.push_back(i);
  }
  return best;
}

CallerIdentity caller_on(const TrunkEntry& trunk, const SipUri& target, const CallerIdentity& caller) {
  CallerIdentity identity = caller;
  identity.anonymous = trunk.caller_id == kAnonymous;
  if (!trunk.caller_id.empty() && !identity.anonymous) identity.user = trunk.caller_id;
  // A trunk that knows us by name and password wants to see that name if there is no number.
  if (identity.user.empty()) identity.user = trunk.username;
  // … and its own domain in From: many compare it with the account.
  if (!trunk.username.empty()) identity.host = target.host;
  // Only who trusts our word gets it (RFC 3325 §5), and needs it if From is hidden.
  if (trunk.trust_identity) identity.asserted = identity.user;
  return identity;
}

std::optional<CallRoute> route_by_trunk(const Directory& directory, std::size_t index, std::size_t target,
                                        const std::string& number, const CallerIdentity& caller) {
  const TrunkEntry& trunk = directory.trunks[index];
  auto uri = parse_uri(trunk.targets[target]);
  if (!uri) return std::nullopt;
  const Transport transport = transport_of(*uri, trunk.transport);
  CallerIdentity identity = caller_on(trunk, *uri, caller);
  uri->user = number;
  if (number.starts_with('+') && !uri->has_parameter("user")) uri->parameters += ";user=phone";
  CallRoute route = route_by(*uri, transport);
  route.transport = transport;
  route.listener = trunk.listener;
  route.nat = trunk.nat;
  route.keys = trunk.keys;
  route.caller = std::move(identity);
  route.trunk = index;
  route.target = target;
  return route;
}

std::expected<std::vector<CallRoute>, NoRoute> routes_to_number(const Directory& directory,
                                                                const std::string& number,
                                                                const CallerIdentity& caller,
                                                                const TrunkView& view) {
  const auto trunks = trunks_for(directory, number);
  if (trunks.empty()) return std::unexpected(NoRoute{404, true, "no trunk takes this number"});
  std::vector<CallRoute> ready;
  std::vector<CallRoute> down;
  for (const std::size_t trunk : trunks) {
    if (view.is_full(trunk)) continue;
    for (std::size_t target = 0; target < directory.trunks[trunk].targets.size(); ++target) {
      auto route = route_by_trunk(directory, trunk, target, number, caller);
      if (route) (view.is_ready(trunk, target) ? ready : down).push_back(std::move(*route));
    }
  }
  // A target that seems to be down is tried last, not never: some carriers do not answer OPTIONS at all.
  std::ranges::move(down, std::back_inserter(ready));
  if (ready.empty()) return std::unexpected(NoRoute{503, false, "all lines of the trunk are in use"});
  return ready;
}

}  // namespace

std::expected<std::vector<CallRoute>, NoRoute> routes_to(const Directory& directory,
                                                         const call::Party& target, const call::Party& source,
                                                         const std::string& caller_number,
                                                         const ContactsOf& contacts,
                                                         const TrunkView& trunks) {
  CallerIdentity caller;
  caller.user = without_separators(caller_number);
  caller.display_name = source.display_name;
  // Among our own users people know each other by name.
  if (source.kind == call::Party::Kind::user && target.kind == call::Party::Kind::user) {
    const UserEntry* user = find_user(directory, source.id);
    if (user != nullptr && !user->username.empty()) caller.user = user->username;
  }
  if (target.kind == call::Party::Kind::user) return routes_to_user(directory, target.id, caller, contacts);
  if (target.kind == call::Party::Kind::phone) {
    return routes_to_number(directory, without_separators(target.id), caller, trunks);
  }
  return std::unexpected(NoRoute{404, true, "only users and numbers can be called"});
}

IdentityHeaders identity_headers(const CallerIdentity& caller, const std::string& own_host) {
  IdentityHeaders headers;
  const std::string& host = caller.host.empty() ? own_host : caller.host;
  if (caller.anonymous) {
    headers.from = "\"Anonymous\" <sip:anonymous@anonymous.invalid>";
    headers.others = "Privacy: id\r\n";
  } else {
    const std::string user = caller.user.empty() ? "tonearm" : caller.user;
    headers.from = fmt::format("{}<{}>", in_quotes(caller.display_name),
                               caller.uri.empty() ? phone_uri(user, host) : caller.uri);
  }
  if (!caller.asserted.empty()) {
    headers.others += fmt::format("P-Asserted-Identity: <{}>\r\n", phone_uri(caller.asserted, host));
  }
  return headers;
}

}  // namespace tonearm::sip
