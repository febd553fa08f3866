#include "sip/refer.hpp"

#include <charconv>

#include <fmt/format.h>

#include "sip/libre.hpp"

namespace tonearm::sip {
namespace {

/// What a header's value within a URI may have as it is (RFC 3261 §25.1).
std::string escaped(std::string_view value) {
  const pl text = to_pl(value);
  char* out = nullptr;
  if (re_sdprintf(&out, "%H", uri_header_escape, &text) != 0) return {};  // no memory
  std::string copy(out);
  mem_deref(out);
  return copy;
}

}  // namespace

std::string refer_lines(std::string_view target, std::string_view referrer) {
  return fmt::format("Refer-To: <{}>\r\nReferred-By: <{}>\r\n", target, referrer);
}

std::string target_that_replaces(const Dialog& dialog) {
  const std::string replaces =
      fmt::format("{};to-tag={};from-tag={}", dialog.call_id, dialog.remote_tag, dialog.local_tag);
  const std::string_view uri =
      std::string_view(dialog.remote_target).substr(0, dialog.remote_target.find('?'));
  return fmt::format("{}?Replaces={}", uri, escaped(replaces));
}

std::optional<int> status_in_fragment(std::string_view body) {
  constexpr std::string_view kVersion = "SIP/2.0 ";
  if (!body.starts_with(kVersion)) return std::nullopt;
  int status = 0;
  const char* digits = body.data() + kVersion.size();
  const auto [end, error] = std::from_chars(digits, body.data() + body.size(), status);
  if (error != std::errc{} || end - digits != 3 || status < 100) return std::nullopt;
  return status;
}

}  // namespace tonearm::sip
