#include "sip/decode_extensions.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "sip/decode.hpp"
#include "sip/uri.hpp"

namespace tonearm::sip {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

/// Takes the text before `separator` off the front.
std::string_view take(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const std::string_view first = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(first);
}

/// One header may list several, and there may be several headers.
bool append_tokens(const sip_hdr* header, const sip_msg*, void* tokens) {
  auto& list = *static_cast<std::vector<std::string>*>(tokens);
  const std::string text = on_one_line(header->val);
  for (std::string_view rest = text; !rest.empty() && list.size() < MessageLimits::kRoutes;) {
    if (const std::string_view token = take(rest, ','); !token.empty()) list.emplace_back(token);
  }
  return list.size() >= MessageLimits::kRoutes;
}

std::vector<std::string> tokens_of(const sip_msg& message, sip_hdrid id) {
  std::vector<std::string> tokens;
  sip_msg_hdr_apply(&message, true, id, append_tokens, &tokens);
  return tokens;
}

/// Takes the first of several addresses off the front: a comma within quotes or angle brackets separates
/// nothing.
std::string_view take_address(std::string_view& text) {
  bool quoted = false, bracketed = false;
  std::size_t end = 0;
  for (; end < text.size() && (quoted || bracketed || text[end] != ','); ++end) {
    if (quoted && text[end] == '\\') {
      ++end;
    } else if (text[end] == '"') {
      quoted = !quoted;
    } else if (!quoted && (text[end] == '<' || text[end] == '>')) {
      bracketed = text[end] == '<';
    }
  }
  end = std::min(end, text.size());
  const std::string_view first = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return first;
}

/// One entry of a Diversion header. Whoever asked to stay unnamed (RFC 5806 §4.3) does.
std::optional<NameAddress> diversion_in(std::string_view text) {
  sip_addr address{};
  const pl value = to_pl(text);
  if (sip_addr_decode(&address, &value) != 0 || !party_in(to_view(address.auri))) return std::nullopt;
  pl privacy{};
  const bool asked = msg_param_decode(&address.params, "privacy", &privacy) == 0;
  if (asked && to_view(privacy) != "off") return NameAddress{"", "", "sip:anonymous@anonymous.invalid", ""};
  return NameAddress{"", std::string(trimmed(to_view(address.dname))), std::string(to_view(address.auri)),
                     ""};
}

bool append_diversions(const sip_hdr* header, const sip_msg*, void* diversions) {
  auto& list = *static_cast<std::vector<NameAddress>*>(diversions);
  const auto room = [&] { return list.size() < MessageLimits::kDiversions; };
  const std::string text = on_one_line(header->val);
  for (std::string_view rest = text; !rest.empty() && room();) {
    if (auto diversion = diversion_in(take_address(rest))) list.push_back(std::move(*diversion));
  }
  return !room();
}

std::vector<NameAddress> diversions_of(const sip_msg& message) {
  std::vector<NameAddress> diversions;
  sip_msg_xhdr_apply(&message, true, "Diversion", append_diversions, &diversions);
  return diversions;
}

std::string_view value_of(const sip_msg& message, sip_hdrid id) {
  const sip_hdr* header = sip_msg_hdr(&message, id);
  return header == nullptr ? std::string_view() : to_view(header->val);
}

std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The number before any parameter or comment.
std::optional<std::uint32_t> number_of(const sip_msg& message, sip_hdrid id) {
  const std::string_view value = trimmed(value_of(message, id));
  return number_in(value.substr(0, value.find_first_of("; \t(")));
}

/// The word before any parameter, lower case.
std::string word_of(const sip_msg& message, sip_hdrid id) {
  std::string_view rest = value_of(message, id);
  std::string word(take(rest, ';'));
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return word;
}

std::optional<SessionExpires> session_expires_of(const sip_msg& message) {
  const auto seconds = number_of(message, SIP_HDR_SESSION_EXPIRES);
  if (!seconds) return std::nullopt;
  SessionExpires expires{*seconds, {}};
  std::string_view rest = value_of(message, SIP_HDR_SESSION_EXPIRES);
  for (take(rest, ';'); !rest.empty();) {
    std::string_view value = take(rest, ';');
    if (take(value, '=') != "refresher") continue;
    if (trimmed(value) == "uac") expires.refresher = Refresher::uac;
    if (trimmed(value) == "uas") expires.refresher = Refresher::uas;
  }
  return expires;
}

std::optional<RAck> rack_of(const sip_msg& message) {
  std::string_view rest = trimmed(value_of(message, SIP_HDR_RACK));
  const auto rseq = number_in(take(rest, ' '));
  rest = trimmed(rest);
  const auto cseq = number_in(take(rest, ' '));
  if (!rseq || !cseq) return std::nullopt;
  return RAck{*rseq, *cseq, std::string(trimmed(rest))};
}

}  // namespace

void decode_extensions(const sip_msg& message, Message& out) {
  out.proxy_require = tokens_of(message, SIP_HDR_PROXY_REQUIRE);
  out.supported = tokens_of(message, SIP_HDR_SUPPORTED);
  out.allow = tokens_of(message, SIP_HDR_ALLOW);
  out.session_expires = session_expires_of(message);
  out.min_se = number_of(message, SIP_HDR_MIN_SE);
  out.rseq = number_of(message, SIP_HDR_RSEQ);
  out.rack = rack_of(message);
  out.retry_after = number_of(message, SIP_HDR_RETRY_AFTER);
  out.diversions = diversions_of(message);
  out.event = word_of(message, SIP_HDR_EVENT);
  out.subscription_state = word_of(message, SIP_HDR_SUBSCRIPTION_STATE);
}

}  // namespace tonearm::sip
