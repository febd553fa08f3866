#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "call/party.hpp"
#include "graph/members.hpp"

namespace tonearm::graph {

/// `identity` of a participantInfo or invitationParticipantInfo: exactly one of the kinds that this server
/// knows. Ids are made one way: GUIDs lower-case and dashed, numbers without visual separators. None if it
/// was refused.
[[nodiscard]] std::optional<call::Party> read_identity(Members& participant);

/// A telephone number without what people put between its digits (RFC 3966 §5.1.1): "+" and digits. None
/// if it is something else: what goes into a SIP address must not bring its own syntax along.
[[nodiscard]] std::optional<std::string> plain_number(std::string_view text);

}  // namespace tonearm::graph
