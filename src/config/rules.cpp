#include "config/rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "base/network.hpp"
#include "config/nearest.hpp"

namespace tonearm::config::rules {
namespace {

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
}

bool is_url(std::string_view text, std::string_view scheme) {
  return text.starts_with(scheme) && text.size() > scheme.size() && text[scheme.size()] != '/' &&
         std::ranges::none_of(text, [](unsigned char c) { return c <= ' ' || c == 0x7F; });
}

template <std::size_t N>
Complaint one_of(std::string_view text, const std::array<std::string, N>& known) {
  if (std::ranges::find(known, text) != known.end()) return std::nullopt;
  return not_one_of(text, known);
}

}  // namespace

Complaint not_empty(std::string_view text) {
  if (!text.empty()) return std::nullopt;
  return "must not be empty";
}

Complaint name(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_name_character)) return std::nullopt;
  return "must be a name of letters, digits, '-', '_' and '.'";
}

Complaint address(std::string_view text) {
  if (text.empty() || base::is_address(text)) return std::nullopt;
  return fmt::format("must be an IPv4 or IPv6 address, not \"{}\"", text);
}

Complaint http_url(std::string_view text) {
  if (text.empty() || is_url(text, "http://") || is_url(text, "https://")) return std::nullopt;
  return fmt::format("must be a URL such as \"https://bot.example.com/api/calls\", not \"{}\"", text);
}

Complaint sip_uri(std::string_view text) {
  if (text.empty() || is_url(text, "sip:") || is_url(text, "sips:")) return std::nullopt;
  return fmt::format("must be a SIP address such as \"sip:ada@192.0.2.1:5060\", not \"{}\"", text);
}

Complaint codec(std::string_view text) {
  static const std::array<std::string, 4> known{"PCMU", "PCMA", "G722", "opus"};
  return one_of(text, known);
}

Complaint role(std::string_view text) {
  static const std::array<std::string, 5> known{"Calls.Initiate.All", "Calls.InitiateGroupCall.All",
                                                "Calls.JoinGroupCall.All", "Calls.JoinGroupCallAsGuest.All",
                                                "Calls.AccessMedia.All"};
  return one_of(text, known);
}

Complaint log_level(std::string_view text) {
  static const std::array<std::string, 7> known{"trace", "debug", "info", "warn", "error", "critical", "off"};
  return one_of(text, known);
}

Complaint fallback(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const bool digits = std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
  if (digits && text.size() == 3 && text[0] >= '4' && text[0] <= '6') return std::nullopt;
  if (!digits && !sip_uri(text)) return std::nullopt;
  return fmt::format("must be a SIP status from 400 to 699 or a sip: address, not \"{}\"", text);
}

Complaint host(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_name_character)) return std::nullopt;
  return fmt::format("must be a host name such as \"graph.microsoft.com\", not \"{}\"", text);
}

}  // namespace tonearm::config::rules
