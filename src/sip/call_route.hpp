#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "call/media_description.hpp"
#include "call/party.hpp"
#include "sip/directory.hpp"
#include "sip/message.hpp"

// Whom a call of ours is sent to, and as whom it is made. Pure functions over the directory.

namespace tonearm::sip {

/// As whom a call is made. A value.
struct CallerIdentity {
  std::string user;  ///< Number or name; empty: the server itself.
  std::string display_name;
  std::string host;        ///< Empty: ours.
  std::string uri;         ///< Instead of user and host, as written; empty: made of them.
  bool anonymous = false;  ///< Hidden from the callee (RFC 3323).
  std::string asserted;    ///< Number for P-Asserted-Identity; empty: none.
};

/// One way to the callee.
struct CallRoute {
  std::string uri;   ///< Request-URI.
  std::string host;  ///< Where to send it, before names are resolved.
  std::uint16_t port = 0;
  Transport transport = Transport::udp;
  std::optional<std::size_t> listener;  ///< `via`; none: any that fits.
  std::optional<NextHop> hop;           ///< Where a phone registered from; wins over all of these.
  bool nat = false;
  call::KeySource keys = call::KeySource::automatic;
  CallerIdentity caller;
  std::optional<std::size_t> trunk;  ///< Index into the directory; none: a user's phone.
  std::size_t target = 0;            ///< Of the trunk's targets.
};

/// Where a phone of a user is, as it registered.
struct UserContact {
  std::string uri;
  std::optional<NextHop> hop;  ///< Reach it here, whatever the URI says.
  bool nat = false;
};
/// Registered contacts of a user, best first. Empty function: nobody registers.
using ContactsOf = std::function<std::vector<UserContact>(const std::string& user_id)>;

/// What is only known now of the trunks in the directory.
class TrunkView {
 public:
  virtual ~TrunkView() = default;
  [[nodiscard]] virtual bool is_full(std::size_t trunk) const = 0;
  /// The target is not known to be down.
  [[nodiscard]] virtual bool is_ready(std::size_t trunk, std::size_t target) const = 0;
};

/// Why there is no way to a callee.
struct NoRoute {
  int status = 0;        ///< 0: nobody can be reached there; else what a SIP peer would have said.
  bool unknown = false;  ///< Nothing that is configured leads there.
  std::string reason;
};

/// The ways to a callee in the order to try them: a user's registered phones, else its fixed contact; for a
/// number the targets of the trunks with the longest matching prefix, those that are down last.
[[nodiscard]] std::expected<std::vector<CallRoute>, NoRoute> routes_to(
    const Directory& directory, const call::Party& target, const call::Party& source,
    const std::string& caller_number, const ContactsOf& contacts, const TrunkView& trunks);

/// From (without tag) and what else says who calls.
struct IdentityHeaders {
  std::string from;
  std::string others;  ///< Complete lines, or empty.
};
/// `own_host`: our address as the callee should see it.
[[nodiscard]] IdentityHeaders identity_headers(const CallerIdentity& caller, const std::string& own_host);

}  // namespace tonearm::sip
