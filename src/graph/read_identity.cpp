#include "graph/read_identity.hpp"

#include <algorithm>
#include <array>

#include "base/guid.hpp"
#include "graph/limits.hpp"

namespace tonearm::graph {
namespace {

using call::Party;

struct Kind {
  std::string_view member;
  std::optional<Party::Kind> kind;  ///< None: Graph has it, this server does not.
};

// facts §7.2
constexpr std::array kKinds{
    Kind{"user", Party::Kind::user},
    Kind{"phone", Party::Kind::phone},
    Kind{"application", Party::Kind::application},
    Kind{"applicationInstance", Party::Kind::application_instance},
    Kind{"guest", {}},
    Kind{"encrypted", {}},
    Kind{"onPremises", {}},
    Kind{"azureCommunicationServicesUser", {}},
    Kind{"assertedIdentity", {}},
    Kind{"device", {}},
};

/// Longest number [digits]: E.164 has 15, some plans more.
constexpr std::size_t kNumberDigitsMax = 32;

std::string read_id(Members& identity, Party::Kind kind) {
  const auto text = identity.text("id", kIdentityBytesMax);
  if (!text || text->empty()) {
    identity.refuse_missing("id");
    return {};
  }
  if (kind == Party::Kind::phone) {
    if (auto number = plain_number(*text)) return std::move(*number);
    identity.refuse("id", "must be a telephone number such as +14255550100");
  } else if (const auto id = base::Guid::parse(*text)) {
    return id->to_string();
  } else {
    identity.refuse("id", "must be an object id, a GUID");
  }
  return {};
}

Party read_party(Members identity, Party::Kind kind) {
  Party party;
  party.kind = kind;
  party.id = read_id(identity, kind);
  party.display_name = identity.text("displayName", kIdentityBytesMax).value_or("");
  party.tenant_id = identity.text("tenantId", kIdentityBytesMax).value_or("");
  return party;
}

}  // namespace

std::optional<std::string> plain_number(std::string_view text) {
  std::string number;
  for (const char c : text) {
    if (std::string_view("-.() ").find(c) == std::string_view::npos) number.push_back(c);
  }
  const std::size_t digits = number.size() - (number.starts_with('+') ? 1 : 0);
  const bool plain = std::ranges::all_of(std::string_view(number).substr(number.size() - digits),
                                         [](char c) { return c >= '0' && c <= '9'; });
  if (!plain || digits == 0 || digits > kNumberDigitsMax) return std::nullopt;
  return number;
}

std::optional<Party> read_identity(Members& participant) {
  auto set = participant.object("identity");
  if (!set) {
    participant.refuse_missing("identity");
    return std::nullopt;
  }
  std::optional<Party> party;
  for (const Kind& kind : kKinds) {
    auto identity = set->object(kind.member);
    if (!identity) continue;
    if (party) set->refuse(kind.member, "stands beside another identity: name one");
    if (!kind.kind) set->refuse(kind.member, "is not known here: use user or phone");
    party = read_party(std::move(*identity), kind.kind.value_or(Party::Kind::user));
  }
  if (!party) participant.refuse("identity", "must have user or phone");
  return party;
}

}  // namespace tonearm::graph
