#include "sip/registrations.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

#include <fmt/format.h>

#include "sip/uri.hpp"

namespace tonearm::sip {
namespace {

using std::chrono::seconds;

/// libre closes a connection that was silent for 15 minutes, and the registration would go with it; who comes
/// back in 10 keeps both.
constexpr seconds kTcpMost{600};
constexpr seconds kHour{3600};

bool same_text(const std::string& a, const std::string& b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// RFC 3261 §19.1.4, as far as Contacts of phones differ.
bool same_contact(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto x = parse_uri(a);
  const auto y = parse_uri(b);
  return x && y && x->scheme == y->scheme && x->user == y->user && same_text(x->host, y->host) &&
         x->port == y->port && x->transport() == y->transport();
}

bool is_over(const RegisterRequest& request, const Registration& registration) {
  return request.call_id == registration.call_id && request.cseq <= registration.cseq;
}

}  // namespace

NextHop next_hop(const Registration& registration) {
  const Flow& flow = registration.flow;
  NextHop back{flow.transport, flow.listener, flow.remote.address, flow.remote.port};
  const auto uri = parse_uri(registration.uri);
  if (flow.transport == Transport::tcp || !uri || uri->host != flow.remote.address) return back;
  const Transport transport = uri->transport() == "tcp" ? Transport::tcp : Transport::udp;
  return {transport, flow.listener, uri->host, uri->port};
}

seconds Registrations::granted(const RegisterRequest& request,
                               const RegisterRequest::Contact& contact) const {
  const auto asked = contact.expires ? contact.expires : request.expires;
  seconds most = limits_.most;
  if (request.flow.transport == Transport::tcp) most = std::min(most, std::max(kTcpMost, limits_.least));
  return asked ? std::min(seconds(*asked), most) : most;
}

std::optional<Refusal> Registrations::judge(const List& have, const RegisterRequest& request) const {
  if (request.all && (request.expires != 0u || !request.contacts.empty())) {
    return refuse(400, "\"Contact: *\" stands alone and with Expires: 0");
  }
  if (request.contacts.size() > kContactsMax) return refuse(400, "too many contacts");
  for (const auto& contact : request.contacts) {
    const seconds asked = granted(request, contact);
    if (asked == seconds(0) || asked >= limits_.least || asked >= kHour) continue;
    Refusal refusal = refuse(423, "the registration would be too short");
    refusal.headers += fmt::format("Min-Expires: {}\r\n", limits_.least.count());
    return refusal;
  }
  for (const Registration& registration : have) {
    const bool touched = request.all || std::ranges::any_of(request.contacts, [&](const auto& contact) {
                           return same_contact(contact.uri, registration.uri);
                         });
    if (touched && is_over(request, registration)) return refuse(500, "CSeq is not higher than before");
  }
  return std::nullopt;
}

std::optional<Refusal> Registrations::apply(const std::string& user, const RegisterRequest& request,
                                            base::TimePoint now) {
  List& list = users_[user];
  const std::size_t before = list.size();
  std::erase_if(list, [&](const Registration& one) { return one.expires <= now; });
  auto refusal = judge(list, request);
  if (!refusal) take(list, request, now);
  count_ += list.size() - before;
  if (list.empty()) users_.erase(user);
  return refusal;
}

void Registrations::take(List& list, const RegisterRequest& request, base::TimePoint now) {
  if (request.all) list.clear();
  for (const auto& contact : request.contacts) {
    std::erase_if(list, [&](const Registration& one) { return same_contact(one.uri, contact.uri); });
    const seconds lifetime = granted(request, contact);
    if (lifetime == seconds(0)) continue;
    const base::TimePoint expires = now + lifetime;
    list.push_back({contact.uri, request.flow, expires, request.call_id, request.cseq});
    next_expiry_ = next_expiry_ ? std::min(*next_expiry_, expires) : expires;
    if (list.size() > kContactsMax) list.erase(list.begin());
  }
}

std::string Registrations::contact_headers(const std::string& user, base::TimePoint now) const {
  std::string headers;
  for (const Registration& one : contacts_of(user, now)) {
    const auto left = std::chrono::ceil<seconds>(one.expires - now);
    headers += fmt::format("Contact: <{}>;expires={}\r\n", one.uri, left.count());
  }
  return headers;
}

std::vector<Registration> Registrations::contacts_of(const std::string& user, base::TimePoint now) const {
  const auto found = users_.find(user);
  if (found == users_.end()) return {};
  std::vector<Registration> contacts(found->second.rbegin(), found->second.rend());
  std::erase_if(contacts, [&](const Registration& one) { return one.expires <= now; });
  return contacts;
}

bool Registrations::has_source(const std::string& user, const std::string& address) const {
  const auto found = users_.find(user);
  return found != users_.end() && std::ranges::any_of(found->second, [&](const Registration& one) {
           return one.flow.remote.address == address;
         });
}

void Registrations::drop_if(const std::function<bool(const std::string& user, const Registration&)>& gone) {
  for (auto entry = users_.begin(); entry != users_.end();) {
    List& list = entry->second;
    count_ -= std::erase_if(list, [&](const Registration& one) { return gone(entry->first, one); });
    entry = list.empty() ? users_.erase(entry) : std::next(entry);
  }
}

void Registrations::close(const Flow& flow) {
  drop_if([&](const std::string&, const Registration& one) { return one.flow == flow; });
}

void Registrations::keep(const std::set<std::string>& users) {
  drop_if([&](const std::string& user, const Registration&) { return !users.contains(user); });
}

void Registrations::expire(base::TimePoint now) {
  next_expiry_.reset();
  drop_if([&](const std::string&, const Registration& one) {
    if (one.expires <= now) return true;
    next_expiry_ = next_expiry_ ? std::min(*next_expiry_, one.expires) : one.expires;
    return false;
  });
}

}  // namespace tonearm::sip
