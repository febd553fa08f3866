#include "graph/content.hpp"

#include "graph/errc.hpp"
#include "graph/text.hpp"

namespace tonearm::graph {
namespace {

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

/// `; charset=…` names UTF-8; any other parameter does not matter.
bool is_fitting_parameter(std::string_view parameter) {
  const std::size_t equals = parameter.find('=');
  if (!equal_any_case(trimmed(parameter.substr(0, equals)), "charset")) return true;
  if (equals == std::string_view::npos) return false;
  const std::string_view charset = unquoted(trimmed(parameter.substr(equals + 1)));
  return equal_any_case(charset, "utf-8") || equal_any_case(charset, "utf8");
}

bool is_json(std::string_view content_type) {
  std::size_t end = content_type.find(';');
  if (!equal_any_case(trimmed(content_type.substr(0, end)), "application/json")) return false;
  while (end != std::string_view::npos) {
    content_type.remove_prefix(end + 1);
    end = content_type.find(';');
    if (!is_fitting_parameter(content_type.substr(0, end))) return false;
  }
  return true;
}

}  // namespace

base::Result<void> check_content(std::string_view content_type, std::string_view content_encoding,
                                 bool has_body) {
  if (!trimmed(content_encoding).empty()) {
    return base::fail(Errc::unsupported_media_type, "Send the body without Content-Encoding.");
  }
  if (has_body && !trimmed(content_type).empty() && !is_json(content_type)) {
    return base::fail(Errc::unsupported_media_type,
                      "Send the body as Content-Type: application/json, in UTF-8.");
  }
  return {};
}

}  // namespace tonearm::graph
