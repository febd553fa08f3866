#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "call/ids.hpp"
#include "sip/message.hpp"

namespace tonearm::sip {

/// What two user agents remember of each other (RFC 3261 §12). A value: it does nothing, it says how the next
/// request looks and whether one that came belongs to it.
struct Dialog {
  std::string call_id;
  std::string local;  ///< Our From (or To) with tag, as it stands in headers.
  std::string local_tag;
  std::string remote;  ///< Theirs.
  std::string remote_tag;
  std::uint32_t local_cseq = 0;
  std::uint32_t remote_cseq = 0;
  std::string remote_target;           ///< Their Contact's URI.
  std::vector<std::string> route_set;  ///< In the order in which we write Route.
  std::string contact;                 ///< Ours, as a header value.
  Flow flow;                           ///< How their last message came.
  bool symmetric = false;  ///< `nat = true`: requests go back where theirs came from, whatever Contact says.

  bool operator==(const Dialog&) const = default;
};

/// The dialog of an INVITE that we are going to answer (§12.1.1).
[[nodiscard]] Dialog dialog_of_invite(const Message& invite, std::string contact, bool symmetric);
/// The dialog of a 2xx to our INVITE (§12.1.2); `invite` is that INVITE's dialog-to-be (no remote tag yet).
[[nodiscard]] Dialog dialog_of_answer(const Dialog& invite, const Message& answer);

/// True if the request's tags are this dialog's (§12.2.2). Call-ID and local tag were the key to find it.
[[nodiscard]] bool belongs(const Dialog& dialog, const Message& request);

/// Notes that a request came: sequence, source and, for target refreshes, the new Contact.
/// False if its CSeq is not higher than what was seen (§12.2.2: answer 500).
[[nodiscard]] bool note_request(Dialog& dialog, const Message& request);

/// The next request in the dialog. Counts the CSeq up, except for ACK, which takes `cseq`.
[[nodiscard]] OutgoingRequest make_request(Dialog& dialog, std::string_view method,
                                           unsigned hops = call::kHopsMax);
[[nodiscard]] OutgoingRequest make_ack(const Dialog& dialog, std::uint32_t cseq);

/// Where the dialog's requests go: the route set, Contact, or the source of their messages if Contact is an
/// address that only means something at their side.
[[nodiscard]] NextHop next_hop(const Dialog& dialog);
/// Where they go when the connection that they used is gone: a new one to the route set or Contact. Nothing
/// if there is no other way.
[[nodiscard]] std::optional<NextHop> other_hop(const Dialog& dialog);

/// As it is stored, so that a restarted server can still say BYE: one "name value" per line.
[[nodiscard]] std::string to_row(const Dialog& dialog);
/// Errors: malformed_dialog_row.
[[nodiscard]] base::Result<Dialog> dialog_of_row(std::string_view row);

}  // namespace tonearm::sip
