#include "sip/screening.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

#include <fmt/format.h>

#include "sip/option_tags.hpp"
#include "sip/session_interval.hpp"

namespace tonearm::sip {
namespace {

bool is_one_of(std::string_view method, std::initializer_list<std::string_view> methods) {
  return std::ranges::find(methods, method) != methods.end();
}

/// RFC 3261 §8.2.2.1. What else is wrong with the address is for those who look it up.
bool is_sip_address(std::string_view uri) {
  const std::string_view scheme = uri.substr(0, uri.find(':'));
  const auto is = [&](std::string_view name) {
    return std::ranges::equal(scheme, name, [](unsigned char a, char b) { return std::tolower(a) == b; });
  };
  return is("sip") || is("sips");
}

Refusal with(Refusal refusal, std::string_view name, std::string_view value) {
  refusal.headers += fmt::format("{}: {}\r\n", name, value);
  return refusal;
}

std::vector<std::string> lacking_extensions(const Message& request) {
  std::vector<std::string> lacking = unsupported(request.require);
  std::ranges::copy(unsupported(request.proxy_require), std::back_inserter(lacking));
  return lacking;
}

}  // namespace

std::optional<Refusal> screen(const Message& request) {
  const bool in_dialog = !request.to.tag.empty();
  const std::string& method = request.method;
  if (!in_dialog && request.max_forwards == 0u && method != "OPTIONS")
    return refuse(483, "Max-Forwards has run out");
  if (!is_one_of(method, {"INVITE", "BYE", "OPTIONS", "UPDATE", "PRACK", "INFO", "NOTIFY", "REGISTER"})) {
    return with(refuse(405, "method not supported"), "Allow", kAllow);
  }
  if (!in_dialog && !is_sip_address(request.request_uri))
    return refuse(416, "only sip: addresses are served");
  if (const auto lacking = lacking_extensions(request); !lacking.empty()) {
    return with(refuse(420, "an extension is not supported"), "Unsupported",
                fmt::format("{}", fmt::join(lacking, ", ")));
  }
  if (!in_dialog && is_one_of(method, {"BYE", "UPDATE", "PRACK", "INFO", "NOTIFY"}))
    return refuse(481, "no such call");
  if (method == "INVITE" && !request.body.empty() && !request.has_sdp()) {
    return with(refuse(415, "only SDP is understood"), "Accept", "application/sdp");
  }
  if (is_one_of(method, {"INVITE", "UPDATE"})) return refuse_brief_interval(request);
  return std::nullopt;
}

}  // namespace tonearm::sip
