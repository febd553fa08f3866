#include "sip/response_details.hpp"

#include <charconv>

#include "sip/decode.hpp"
#include "sip/uri.hpp"

namespace tonearm::sip {
namespace {

constexpr std::size_t kValueMax = 2048;
constexpr std::size_t kValuesMax = 8;

bool append(const sip_hdr* header, const sip_msg*, void* values) {
  auto& list = *static_cast<std::vector<std::string>*>(values);
  if (list.size() < kValuesMax && header->val.l <= kValueMax) list.push_back(on_one_line(header->val));
  return false;
}

std::vector<std::string> values_of(const sip_msg& message, sip_hdrid id) {
  std::vector<std::string> values;
  sip_msg_hdr_apply(&message, true, id, append, &values);
  return values;
}

/// The number at the front: Retry-After may have a comment and parameters behind it.
std::optional<std::chrono::seconds> seconds_in(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (errc != std::errc{}) return std::nullopt;
  return std::chrono::seconds(number);
}

std::optional<std::chrono::seconds> seconds_of(const sip_msg& message, sip_hdrid id) {
  const sip_hdr* header = sip_msg_hdr(&message, id);
  return header == nullptr ? std::nullopt : seconds_in(to_view(header->val));
}

bool names(const sip_addr& address, const std::string& own_contact) {
  const auto theirs = parse_uri(to_view(address.auri));
  const auto ours = parse_uri(own_contact);
  return theirs && ours && theirs->user == ours->user && theirs->host == ours->host &&
         theirs->port == ours->port;
}

std::optional<std::chrono::seconds> granted_to(const sip_msg& message, const std::string& own_contact) {
  for (const std::string& value : values_of(message, SIP_HDR_CONTACT)) {
    sip_addr address{};
    pl expires{};
    const pl text = to_pl(value);
    if (sip_addr_decode(&address, &text) != 0 || !names(address, own_contact)) continue;
    if (msg_param_decode(&address.params, "expires", &expires) == 0) return seconds_in(to_view(expires));
  }
  return seconds_of(message, SIP_HDR_EXPIRES);
}

}  // namespace

ResponseDetails details_of(const sip_msg& response, const std::string& own_contact) {
  ResponseDetails details;
  details.www_authenticate = values_of(response, SIP_HDR_WWW_AUTHENTICATE);
  details.proxy_authenticate = values_of(response, SIP_HDR_PROXY_AUTHENTICATE);
  details.retry_after = seconds_of(response, SIP_HDR_RETRY_AFTER);
  details.min_expires = seconds_of(response, SIP_HDR_MIN_EXPIRES);
  if (!own_contact.empty()) details.granted = granted_to(response, own_contact);
  return details;
}

}  // namespace tonearm::sip
