#include "sip/decode.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <initializer_list>

#include <fmt/format.h>

#include "sip/decode_extensions.hpp"

namespace tonearm::sip {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

NameAddress name_address(const pl& text, const pl& display_name, const pl& uri, const pl& tag) {
  NameAddress address{on_one_line(text), on_one_line(display_name), on_one_line(uri), on_one_line(tag)};
  return address;
}

NameAddress party(const sip_taddr& address) {
  return name_address(address.val, address.dname, address.auri, address.tag);
}

/// libre takes whatever stands between < and >. Our requests in the dialog begin with it.
bool is_one_word(const pl& uri) {
  return std::ranges::none_of(to_view(uri), [](unsigned char c) { return c <= 0x20 || c == 0x7f; });
}

std::optional<NameAddress> contact_of(const sip_msg& message) {
  const sip_hdr* header = sip_msg_hdr(&message, SIP_HDR_CONTACT);
  sip_addr address{};
  if (header == nullptr || header->val.l > MessageLimits::kHeader ||
      sip_addr_decode(&address, &header->val) != 0 || !is_one_word(address.auri))
    return {};
  return name_address(header->val, address.dname, address.auri, pl{});
}

bool append_value(const sip_hdr* header, const sip_msg*, void* values) {
  auto& list = *static_cast<std::vector<std::string>*>(values);
  list.push_back(on_one_line(header->val));
  return list.size() > MessageLimits::kRoutes;  // enough to see that there are too many
}

std::vector<std::string> values_of(const sip_msg& message, sip_hdrid id) {
  std::vector<std::string> values;
  sip_msg_hdr_apply(&message, true, id, append_value, &values);
  return values;
}

/// Of header fields that may be there once the last would win with us, and perhaps the first with who let the
/// message through (RFC 3261 §7.3.1).
bool says_things_once(const sip_msg& message) {
  return std::ranges::all_of(
      std::initializer_list<sip_hdrid>{SIP_HDR_CALL_ID, SIP_HDR_FROM, SIP_HDR_TO, SIP_HDR_CSEQ,
                                       SIP_HDR_MAX_FORWARDS, SIP_HDR_CONTENT_TYPE, SIP_HDR_CONTENT_LENGTH},
      [&](sip_hdrid id) { return sip_msg_hdr_count(&message, id) <= 1; });
}

/// RFC 3261 §8.1.1.5: below 2**31. libre's number has wrapped around beyond 2**32.
bool has_sequence_number(const sip_msg& message) {
  const sip_hdr* header = sip_msg_hdr(&message, SIP_HDR_CSEQ);
  if (header == nullptr) return false;
  std::uint32_t number = 0;
  const std::string_view text = to_view(header->val);
  const auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), number);
  return errc == std::errc{} && number < 1U << 31;
}

/// With a quote left open nobody knows where the address begins.
bool has_closed_quotes(const pl& value) {
  bool quoted = false;
  const std::string_view text = to_view(value);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    }
  }
  return !quoted;
}

bool is_complete(const sip_msg& message) {
  const auto within = [](const pl& text, std::size_t most) {
    return text.p != nullptr && text.l > 0 && text.l <= most;
  };
  return says_things_once(message) && has_sequence_number(message) &&
         within(message.callid, MessageLimits::kCallId) && within(message.from.val, MessageLimits::kHeader) &&
         within(message.to.val, MessageLimits::kHeader) && within(message.from.tag, MessageLimits::kCallId) &&
         is_one_word(message.from.auri) && has_closed_quotes(message.from.val) &&
         has_closed_quotes(message.to.val) && within(message.cseq.met, 64) &&
         message.to.tag.l <= MessageLimits::kCallId &&
         (!message.req || message.ruri.l <= MessageLimits::kHeader) &&
         (!message.req || to_view(message.met) == to_view(message.cseq.met));
}

/// The body is as long as Content-Length says; a datagram that has less was cut on its way.
bool take_body(const sip_msg& message, Message& out) {
  const std::size_t left = mbuf_get_left(message.mb);
  std::size_t length = left;
  if (message.clen.p != nullptr) {
    const std::string_view digits = to_view(message.clen);
    const auto [end, errc] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (errc != std::errc{} || end != digits.data() + digits.size()) return false;
  }
  if (length > left || length > MessageLimits::kBody) return false;
  out.body.assign(reinterpret_cast<const char*>(mbuf_buf(message.mb)), length);
  if (message.ctyp.type.p != nullptr) {
    out.content_type = lower(fmt::format("{}/{}", to_view(message.ctyp.type), to_view(message.ctyp.subtype)));
  }
  return true;
}

}  // namespace

std::string on_one_line(const pl& value) {
  std::string text(to_view(value));
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

std::optional<Message> decode(const sip_msg& message, std::size_t listener) {
  if (!is_complete(message)) return std::nullopt;
  Message out;
  out.is_request = message.req;
  out.method = to_view(message.cseq.met);
  out.request_uri = on_one_line(message.ruri);
  out.status = message.scode;
  out.reason = on_one_line(message.reason);
  out.call_id = on_one_line(message.callid);
  out.from = party(message.from);
  out.to = party(message.to);
  out.cseq = message.cseq.num;
  out.contact = contact_of(message);
  out.record_routes = values_of(message, SIP_HDR_RECORD_ROUTE);
  out.require = values_of(message, SIP_HDR_REQUIRE);
  // A route set that is cut would lead elsewhere.
  if (out.record_routes.size() > MessageLimits::kRoutes || out.require.size() > MessageLimits::kRoutes)
    return std::nullopt;
  if (const sip_hdr* asserted = sip_msg_hdr(&message, SIP_HDR_P_ASSERTED_IDENTITY)) {
    out.asserted_identity = on_one_line(asserted->val);
  }
  decode_extensions(message, out);
  if (message.maxfwd.p != nullptr) out.max_forwards = pl_u32(&message.maxfwd);
  out.local_tag = fmt::format("{:016x}", message.tag);  // as libre writes it into responses
  out.flow = {message.tp == SIP_TRANSP_TCP ? Transport::tcp : Transport::udp, listener,
              to_endpoint(message.dst), to_endpoint(message.src)};
  if (!take_body(message, out)) return std::nullopt;
  return out;
}

bool has_unsafe_via(const sip_msg& message) {
  pl value{};
  return message.via.sentby.p == nullptr || msg_param_exists(&message.via.params, "maddr", &value) == 0;
}

}  // namespace tonearm::sip
