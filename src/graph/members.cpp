#include "graph/members.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "graph/text.hpp"

namespace tonearm::graph {

namespace json = boost::json;

namespace {

std::string_view view(const json::string& text) {
  return {text.data(), text.size()};
}
std::string_view view(json::string_view text) {
  return {text.data(), text.size()};
}

constexpr std::string_view kExtensionPrefix = "@tonearm.";

void refuse_extensions_in(const json::value& value, std::span<const std::string_view> known,
                          Verdict& verdict) {
  if (const auto* list = value.if_array()) {
    for (const json::value& entry : *list) refuse_extensions_in(entry, {}, verdict);
  }
  const auto* object = value.if_object();
  if (!object) return;
  for (const auto& member : *object) {
    const std::string_view name = view(member.key());
    if (starts_with_any_case(name, kExtensionPrefix) && std::ranges::find(known, name) == known.end()) {
      verdict.refuse(fmt::format("{} is not known here.", name));
    }
    refuse_extensions_in(member.value(), {}, verdict);
  }
}

}  // namespace

Members::Members(const json::value& value, std::string where, bool strict, Verdict& verdict)
    : object_(value.if_object()), where_(std::move(where)), strict_(strict), verdict_(&verdict) {
  if (!object_) {
    verdict.refuse(fmt::format("{} must be a JSON object.", where_.empty() ? "The body" : where_));
  }
}

std::string Members::path(std::string_view name) const {
  return where_.empty() ? std::string(name) : fmt::format("{}.{}", where_, name);
}

void Members::refuse(std::string_view name, std::string_view rule) {
  verdict_->refuse(fmt::format("{} {}.", path(name), rule));
}

const json::value* Members::find(std::string_view name) {
  if (!object_) return nullptr;
  const json::value* found = object_->if_contains({name.data(), name.size()});
  for (auto at = object_->begin(); !strict_ && at != object_->end(); ++at) {
    if (&at->value() == found || !equal_any_case(view(at->key()), name)) continue;
    if (found) refuse(name, "stands twice, in different case");
    found = &at->value();
  }
  return found && !found->is_null() ? found : nullptr;
}

std::optional<std::string> Members::text(std::string_view name, std::size_t bytes_max) {
  const json::value* value = find(name);
  if (!value) return std::nullopt;
  const json::string* text = value->if_string();
  if (!text) {
    refuse(name, "must be a string");
    return std::nullopt;
  }
  if (text->size() > bytes_max) refuse(name, fmt::format("must not be longer than {} bytes", bytes_max));
  return std::string(view(*text));
}

bool Members::flag(std::string_view name, bool otherwise) {
  const json::value* value = find(name);
  if (!value) return otherwise;
  if (!value->is_bool()) refuse(name, "must be true or false");
  return value->is_bool() && value->get_bool();
}

std::int64_t Members::number(std::string_view name, std::int64_t otherwise, std::int64_t least,
                             std::int64_t most) {
  const json::value* value = find(name);
  if (!value) return otherwise;
  const std::int64_t* number = value->if_int64();
  if (number && *number >= least && *number <= most) return *number;
  refuse(name, fmt::format("must be a whole number from {} to {}", least, most));
  return otherwise;
}

std::optional<std::size_t> Members::position(const json::value& value, std::string_view name,
                                             std::span<const std::string_view> spellings) {
  if (const json::string* text = value.if_string()) {
    const auto matches = [&](std::string_view spelling) {
      return strict_ ? view(*text) == spelling : equal_any_case(view(*text), spelling);
    };
    const auto found = std::ranges::find_if(spellings, matches);
    if (found != spellings.end()) return static_cast<std::size_t>(found - spellings.begin());
  }
  refuse(name, fmt::format("must be one of {}", fmt::join(spellings, ", ")));
  return std::nullopt;
}

std::optional<std::size_t> Members::one_of(std::string_view name,
                                           std::span<const std::string_view> spellings) {
  const json::value* value = find(name);
  return value ? position(*value, name, spellings) : std::nullopt;
}

std::vector<std::size_t> Members::each_of(std::string_view name, std::span<const std::string_view> spellings,
                                          std::size_t most) {
  std::vector<std::size_t> positions;
  for (const json::value& value : list(name, most)) {
    if (const auto found = position(value, name, spellings)) positions.push_back(*found);
  }
  return positions;
}

std::span<const json::value> Members::list(std::string_view name, std::size_t most) {
  const json::value* value = find(name);
  if (!value) return {};
  const json::array* entries = value->if_array();
  if (!entries && !strict_ && value->is_object()) {
    // What a .NET serializer that preserves references makes of a list (clients.md P11).
    const json::value* wrapped = value->get_object().if_contains("$values");
    if (wrapped) entries = wrapped->if_array();
  }
  if (!entries) {
    refuse(name, "must be a list");
    return {};
  }
  if (entries->size() > most) {
    refuse(name, fmt::format("must not have more than {} entries", most));
    return {};
  }
  return {entries->data(), entries->size()};
}

std::optional<Members> Members::object(std::string_view name) {
  const json::value* value = find(name);
  if (!value) return std::nullopt;
  return Members(*value, path(name), strict_, *verdict_);
}

Members Members::entry(const json::value& value, std::string_view list_name, std::size_t at) {
  return {value, fmt::format("{}[{}]", path(list_name), at), strict_, *verdict_};
}

std::string_view Members::written_type() const {
  const json::value* value = object_ ? object_->if_contains("@odata.type") : nullptr;
  const json::string* text = value ? value->if_string() : nullptr;
  return text ? view(*text) : std::string_view();
}

bool Members::has_type() {
  return !written_type().empty();
}

bool Members::is_type(std::string_view name) {
  constexpr std::string_view kNamespace = "microsoft.graph.";
  std::string_view written = written_type();
  if (strict_) return written == fmt::format("#{}{}", kNamespace, name);
  if (written.starts_with('#')) written.remove_prefix(1);
  if (starts_with_any_case(written, kNamespace)) written.remove_prefix(kNamespace.size());
  return equal_any_case(written, name);
}

void refuse_unknown_extensions(const json::value& body, std::span<const std::string_view> known,
                               Verdict& verdict) {
  refuse_extensions_in(body, known, verdict);
}

}  // namespace tonearm::graph
