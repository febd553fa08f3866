#include "sip/decode_register.hpp"

#include <charconv>
#include <optional>

#include "sip/uri.hpp"

namespace tonearm::sip {
namespace {

constexpr std::size_t kAuthorizationsMax = 4;
constexpr std::size_t kContactLengthMax = 512;

bool append_value(const sip_hdr* header, const sip_msg*, void* values) {
  auto& list = *static_cast<std::vector<std::string>*>(values);
  list.emplace_back(to_view(header->val));
  return list.size() >= kAuthorizationsMax;
}

/// RFC 3261 §20.19: what is malformed counts as not written.
std::optional<std::uint32_t> seconds_in(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = end == text.data() + text.size() && !text.empty();
  if (whole && errc == std::errc::result_out_of_range) return UINT32_MAX;
  return whole && errc == std::errc{} ? std::optional(value) : std::nullopt;
}

std::optional<RegisterRequest::Contact> contact_in(const pl& text) {
  sip_addr address{};
  if (text.l > kContactLengthMax || sip_addr_decode(&address, &text) != 0) return std::nullopt;
  RegisterRequest::Contact contact{std::string(to_view(address.auri)), std::nullopt};
  // RFC 3261 §20.10: an address with a question mark stands in <>, else nobody knows whose the rest is.
  const std::string_view written = to_view(text);
  if (written.find('<') == std::string_view::npos && written.find('?') != std::string_view::npos)
    return std::nullopt;
  const auto uri = parse_uri(contact.uri);
  if (!uri || uri->scheme != "sip") return std::nullopt;
  pl expires{};
  if (msg_param_decode(&address.params, "expires", &expires) == 0) {
    contact.expires = seconds_in(to_view(expires));
  }
  return contact;
}

struct Contacts {
  RegisterRequest request;
  bool malformed = false;
};

bool append_contact(const sip_hdr* header, const sip_msg*, void* contacts) {
  auto& all = *static_cast<Contacts*>(contacts);
  if (to_view(header->val) == "*") {
    all.request.all = true;
  } else if (auto contact = contact_in(header->val)) {
    all.request.contacts.push_back(std::move(*contact));
  } else {
    all.malformed = true;
  }
  return all.malformed || all.request.contacts.size() > Registrations::kContactsMax;
}

}  // namespace

std::vector<std::string> authorizations_in(const sip_msg& request) {
  std::vector<std::string> values;
  sip_msg_hdr_apply(&request, true, SIP_HDR_AUTHORIZATION, append_value, &values);
  return values;
}

std::string user_agent_in(const sip_msg& request) {
  const sip_hdr* header = sip_msg_hdr(&request, SIP_HDR_USER_AGENT);
  return header == nullptr ? std::string() : std::string(to_view(header->val));
}

std::expected<RegisterRequest, Refusal> decode_register(const sip_msg& raw, const Message& request) {
  Contacts contacts;
  sip_msg_hdr_apply(&raw, true, SIP_HDR_CONTACT, append_contact, &contacts);
  if (contacts.malformed) return std::unexpected(refuse(400, "a Contact is no sip: address"));
  RegisterRequest out = std::move(contacts.request);
  out.expires = seconds_in(to_view(raw.expires));
  out.call_id = request.call_id;
  out.cseq = request.cseq;
  out.flow = request.flow;
  return out;
}

}  // namespace tonearm::sip
