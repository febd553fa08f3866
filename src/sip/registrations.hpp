#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "sip/message.hpp"
#include "sip/refusal.hpp"

namespace tonearm::sip {

/// What a REGISTER wants (RFC 3261 §10.2). A value.
struct RegisterRequest {
  struct Contact {
    std::string uri;  ///< A sip: URI.
    std::optional<std::uint32_t> expires;
  };
  std::vector<Contact> contacts;         ///< None: it only asks.
  bool all = false;                      ///< "Contact: *"
  std::optional<std::uint32_t> expires;  ///< The header's.
  std::string call_id;
  std::uint32_t cseq = 0;
  Flow flow;
};

/// Where a user's phone is.
struct Registration {
  std::string uri;  ///< Its Contact: what the Request-URI is.
  Flow flow;        ///< Where it registered from.
  base::TimePoint expires;
  std::string call_id;
  std::uint32_t cseq = 0;
};

/// Where requests to the phone go. Over TCP that is its connection. Over UDP it is Contact if that has the
/// address that it registered from, else (NAT, or a name) where it registered from: a Contact never makes us
/// call a third party.
[[nodiscard]] NextHop next_hop(const Registration& registration);

/// Who is registered where. Pure but for its memory: time comes in. Bounded by the users there are.
/// Threading: strand-bound (the signalling loop).
class Registrations {
 public:
  static constexpr std::size_t kContactsMax = 10;  ///< Per user; beyond it the oldest goes.

  struct Limits {
    std::chrono::seconds least{60};
    std::chrono::seconds most{3600};
  };
  explicit Registrations(Limits limits) : limits_(limits) {}

  /// Carries out the request of a user who has proven to be that, whole or not at all: 400, 423 with
  /// Min-Expires, or 500 for a CSeq that is not higher than before.
  std::optional<Refusal> apply(const std::string& user, const RegisterRequest& request, base::TimePoint now);
  /// Contact lines for the 200.
  [[nodiscard]] std::string contact_headers(const std::string& user, base::TimePoint now) const;

  /// Latest first.
  [[nodiscard]] std::vector<Registration> contacts_of(const std::string& user, base::TimePoint now) const;
  /// True if the user has a phone registered from this address.
  [[nodiscard]] bool has_source(const std::string& user, const std::string& address) const;

  /// The connection is gone, and what was registered over it.
  void close(const Flow& flow);
  /// Drops whom the directory does not have any more.
  void keep(const std::set<std::string>& users);
  void expire(base::TimePoint now);
  /// When `expire` should be called next; it may find that all were refreshed meanwhile.
  [[nodiscard]] std::optional<base::TimePoint> next_expiry() const { return next_expiry_; }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  using List = std::vector<Registration>;  // oldest first

  [[nodiscard]] std::chrono::seconds granted(const RegisterRequest& request,
                                             const RegisterRequest::Contact& contact) const;
  [[nodiscard]] std::optional<Refusal> judge(const List& have, const RegisterRequest& request) const;
  void take(List& list, const RegisterRequest& request, base::TimePoint now);
  void drop_if(const std::function<bool(const std::string& user, const Registration&)>& gone);

  const Limits limits_;
  std::unordered_map<std::string, List> users_;  // by user's object id
  std::size_t count_ = 0;
  std::optional<base::TimePoint> next_expiry_;  // no contact expires earlier
};

}  // namespace tonearm::sip
