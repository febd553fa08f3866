#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/network.hpp"
#include "base/secret.hpp"
#include "call/ids.hpp"
#include "call/media_description.hpp"
#include "call/party.hpp"
#include "sip/message.hpp"
#include "sip/refusal.hpp"

namespace tonearm::sip {

/// An application and what it answers to.
struct ApplicationEntry {
  std::string name;
  std::string tenant;
  std::vector<std::string> addresses;  ///< User parts; "*" = whatever nobody else has.
};

/// A directory user with a fixed contact, a password, or both.
struct UserEntry {
  std::string id;
  std::string name;
  std::string username;    ///< User part that its calls carry in From, and its digest name.
  base::Endpoint contact;  ///< Empty if it only registers.
  bool nat = false;
  base::Secret password{};  ///< Empty: it cannot register, and calls in from its contact's address only.
  std::string uri{};        ///< The fixed contact to call; empty: none.
  call::KeySource keys = call::KeySource::automatic;
};

/// A carrier or PBX.
struct TrunkEntry {
  std::string name;
  std::vector<base::Network> sources;
  bool trust_identity = false;
  bool nat = false;
  std::string strip;   ///< Taken off the front of numbers that come in …
  std::string prefix;  ///< … and this put there.

  // ---- calls that go out
  std::vector<std::string> targets;  ///< sip: URIs, in the order to try them.
  std::vector<std::string> numbers;  ///< Prefixes that go out here.
  Transport transport = Transport::udp;
  std::optional<std::size_t> listener;  ///< `via`, as an index into the configured addresses.
  std::string username;
  base::Secret password;
  bool registers = false;
  std::chrono::milliseconds expires{600'000};  ///< Of a registration.
  std::chrono::milliseconds probe{30'000};     ///< Between OPTIONS; 0 = never.
  call::KeySource keys = call::KeySource::automatic;
  std::string caller_id;  ///< "anonymous" hides the caller.
  int max_calls = 0;      ///< At once, both ways; 0 = no limit.
};

/// Who there is, as configured. A value; replaced as a whole on reload.
struct Directory {
  bool open = false;  ///< Calls from anyone.
  std::vector<ApplicationEntry> applications;
  std::vector<UserEntry> users;
  std::vector<TrunkEntry> trunks;
};

/// An INVITE that may come in, and whose it is.
struct Admission {
  std::size_t application = 0;
  call::Party caller;
  std::string called;
  unsigned hops = call::kHopsMax;          ///< Its Max-Forwards.
  std::vector<call::Party> diverted_from;  ///< As `call::IncomingInvite`.
  bool from_trunk = false;
  bool nat = false;
  std::optional<std::size_t> trunk;  ///< Which one it came by.
  call::KeySource keys = call::KeySource::automatic;
};

/// True if the caller must prove who it is before anything else is looked at: it names a user with a password
/// and is not at that user's fixed contact, or it is a stranger who might be one. `offers`: it has brought
/// credentials for us. Calls from a trunk's networks are never asked. Pure.
[[nodiscard]] bool wants_proof(const Directory& directory, const Message& invite, bool offers);

/// Who may call in, then whom they reach: 403 for a stranger, 404 for an address that no application has, 416
/// for a URI that is not SIP. `proven`: object id of the user that the caller has proven to be; empty: none.
/// Pure.
[[nodiscard]] std::expected<Admission, Refusal> admit(const Directory& directory, const Message& invite,
                                                      const std::string& proven = {});

}  // namespace tonearm::sip
