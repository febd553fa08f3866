#include "sip/directory.hpp"

#include <algorithm>
#include <optional>

#include "sip/uri.hpp"

namespace tonearm::sip {
namespace {

/// Where a call comes from, if that is a place we know.
struct Origin {
  const TrunkEntry* trunk = nullptr;
  const UserEntry* user = nullptr;
};

const TrunkEntry* trunk_of(const Directory& directory, const std::string& address) {
  const auto found = std::ranges::find_if(directory.trunks, [&](const TrunkEntry& trunk) {
    return std::ranges::any_of(trunk.sources,
                               [&](const base::Network& network) { return network.contains(address); });
  });
  return found == directory.trunks.end() ? nullptr : &*found;
}

/// At its fixed contact a phone needs no password; whoever has one must be exactly there, since other
/// programs may share the address.
bool is_at_contact(const UserEntry& user, const base::Endpoint& source) {
  if (user.contact.empty() || user.contact.address != source.address) return false;
  return user.password.empty() || user.contact.port == source.port;
}

/// Several users may sit behind one address: the name in From decides, else the port.
const UserEntry* user_of(const Directory& directory, const Message& invite) {
  const auto from = parse_uri(invite.from.uri);
  const UserEntry* by_port = nullptr;
  for (const UserEntry& user : directory.users) {
    if (!is_at_contact(user, invite.flow.remote)) continue;
    if (from && from->user == user.username) return &user;
    if (user.contact.port == invite.flow.remote.port) by_port = &user;
  }
  return by_port;
}

bool is_users_address(const Directory& directory, const base::Endpoint& source) {
  return std::ranges::any_of(directory.users,
                             [&](const UserEntry& user) { return is_at_contact(user, source); });
}

const UserEntry* proven_user(const Directory& directory, const std::string& id) {
  const auto found = std::ranges::find(directory.users, id, &UserEntry::id);
  return id.empty() || found == directory.users.end() ? nullptr : &*found;
}

std::string rewritten(const std::string& number, const TrunkEntry* trunk) {
  std::string plain = without_separators(number);
  if (trunk == nullptr || plain.empty()) return plain;
  if (trunk->strip.empty() && trunk->prefix.empty()) return plain;
  if (!plain.starts_with(trunk->strip)) return plain;
  return trunk->prefix + plain.substr(trunk->strip.size());
}

call::Party caller_of(const Directory& directory, const Origin& origin, const Message& invite,
                      std::size_t application) {
  if (origin.user != nullptr) {
    return {call::Party::Kind::user, origin.user->id, origin.user->name,
            directory.applications[application].tenant};
  }
  const bool trusted =
      origin.trunk != nullptr && origin.trunk->trust_identity && !invite.asserted_identity.empty();
  std::string_view source = invite.from.uri;
  if (trusted) {
    source = invite.asserted_identity;
    if (const auto open = source.find('<'); open != std::string_view::npos) {
      source = source.substr(open + 1, source.find('>', open) - open - 1);
    }
  }
  const std::string user = party_in(source).value_or(std::string(source));
  return {call::Party::Kind::phone, rewritten(user, origin.trunk), invite.from.display_name, {}};
}

/// Whoever was called before, by the word of a trunk that is trusted.
std::vector<call::Party> diverted_from(const Origin& origin, const Message& invite) {
  std::vector<call::Party> parties;
  if (origin.trunk == nullptr || !origin.trunk->trust_identity) return parties;
  for (auto entry = invite.diversions.rbegin(); entry != invite.diversions.rend(); ++entry) {
    const std::string user = party_in(entry->uri).value_or("");  // it has one, or it would not be there
    parties.push_back({call::Party::Kind::phone, rewritten(user, origin.trunk), entry->display_name, {}});
  }
  return parties;
}

/// The application that has this address among its own.
std::optional<std::size_t> owner_of(const Directory& directory, const std::string& address) {
  if (address.empty() || address == "*") return std::nullopt;
  for (std::size_t index = 0; index < directory.applications.size(); ++index) {
    const auto& addresses = directory.applications[index].addresses;
    if (std::ranges::any_of(addresses,
                            [&](const std::string& a) { return without_separators(a) == address; })) {
      return index;
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> catch_all(const Directory& directory) {
  const auto found = std::ranges::find_if(directory.applications, [](const ApplicationEntry& application) {
    return std::ranges::find(application.addresses, "*") != application.addresses.end();
  });
  if (found == directory.applications.end()) return std::nullopt;
  return static_cast<std::size_t>(found - directory.applications.begin());
}

}  // namespace

bool wants_proof(const Directory& directory, const Message& invite, bool offers) {
  const auto has_password = [](const UserEntry& user) { return !user.password.empty(); };
  if (std::ranges::none_of(directory.users, has_password)) return false;
  if (trunk_of(directory, invite.flow.remote.address) != nullptr) return false;
  if (offers) return true;
  const auto from = parse_uri(invite.from.uri);
  const bool claims = std::ranges::any_of(directory.users, [&](const UserEntry& user) {
    return has_password(user) && from && from->user == user.username &&
           !is_at_contact(user, invite.flow.remote);
  });
  return claims || !(directory.open || is_users_address(directory, invite.flow.remote));
}

std::expected<Admission, Refusal> admit(const Directory& directory, const Message& invite,
                                        const std::string& proven) {
  Origin origin{trunk_of(directory, invite.flow.remote.address), proven_user(directory, proven)};
  if (origin.user == nullptr) origin.user = user_of(directory, invite);
  if (!directory.open && origin.trunk == nullptr && proven.empty() &&
      !is_users_address(directory, invite.flow.remote)) {
    return std::unexpected(refuse(403, "calls from this address are not taken"));
  }
  const auto target = parse_uri(invite.request_uri);
  if (!target) return std::unexpected(refuse(416, "only sip: addresses are served"));
  const auto to = parse_uri(invite.to.uri);
  const std::string dialled = rewritten(target->user, origin.trunk);
  const std::string meant = to ? rewritten(to->user, origin.trunk) : std::string();

  auto application = owner_of(directory, dialled);
  if (!application) application = owner_of(directory, meant);
  if (!application) application = catch_all(directory);
  if (!application) return std::unexpected(refuse(404, "no application has this address"));

  Admission admission;
  admission.application = *application;
  admission.caller = caller_of(directory, origin, invite, *application);
  admission.called = dialled.empty() ? meant : dialled;
  admission.hops = invite.max_forwards.value_or(call::kHopsMax);
  admission.diverted_from = diverted_from(origin, invite);
  admission.from_trunk = origin.trunk != nullptr;
  if (origin.trunk != nullptr) {
    admission.trunk = static_cast<std::size_t>(origin.trunk - directory.trunks.data());
    admission.keys = origin.trunk->keys;
  } else if (origin.user != nullptr) {
    admission.keys = origin.user->keys;
  }
  admission.nat =
      (origin.trunk != nullptr && origin.trunk->nat) || (origin.user != nullptr && origin.user->nat);
  return admission;
}

}  // namespace tonearm::sip
