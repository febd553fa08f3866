#include "storage/list_columns.hpp"

#include <cstdint>

#include <boost/json.hpp>

namespace tonearm::storage {
namespace {

namespace json = boost::json;

json::value to_json(const call::Party& party) {
  return {{"kind", static_cast<std::int64_t>(party.kind)},
          {"id", party.id},
          {"name", party.display_name},
          {"tenant", party.tenant_id}};
}

json::value to_json(const call::Prompt& prompt) {
  return {{"uri", prompt.uri}, {"resource", prompt.resource_id}, {"loop", prompt.loop}};
}

json::value to_json(const std::string& word) {
  return json::value(word);
}

json::value to_json(const call::OperationId& id) {
  return json::value(id.to_string());
}

template <class T>
std::string list_to_column(const std::vector<T>& values) {
  if (values.empty()) return {};
  json::array list;
  list.reserve(values.size());
  for (const T& value : values) list.push_back(to_json(value));
  return json::serialize(list);
}

json::value parse(std::string_view text) {
  json::error_code failure;
  json::value value = json::parse(json::string_view(text.data(), text.size()), failure);
  return failure ? json::value() : value;
}

std::string text_of(const json::value& object, json::string_view member) {
  const auto* fields = object.if_object();
  const auto* found = fields ? fields->if_contains(member) : nullptr;
  const auto* text = found ? found->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

std::int64_t number_of(const json::value& object, json::string_view member) {
  const auto* fields = object.if_object();
  const auto* found = fields ? fields->if_contains(member) : nullptr;
  return found && found->is_int64() ? found->as_int64() : 0;
}

template <class T, class Read>
std::vector<T> list_from_column(std::string_view text, Read read) {
  std::vector<T> values;
  if (text.empty()) return values;
  const json::value parsed = parse(text);
  if (const auto* list = parsed.if_array()) {
    for (const auto& entry : *list) values.push_back(read(entry));
  }
  return values;
}

std::string word_of(const json::value& value) {
  const auto* text = value.if_string();
  return text ? std::string(text->data(), text->size()) : std::string();
}

call::Party party_of(const json::value& value) {
  return {static_cast<call::Party::Kind>(number_of(value, "kind")), text_of(value, "id"),
          text_of(value, "name"), text_of(value, "tenant")};
}

call::Prompt prompt_of(const json::value& value) {
  return {text_of(value, "uri"), text_of(value, "resource"),
          static_cast<std::uint32_t>(number_of(value, "loop"))};
}

}  // namespace

std::string party_to_column(const call::Party& party) {
  return json::serialize(to_json(party));
}

call::Party party_from_column(std::string_view text) {
  return party_of(parse(text));
}

std::string parties_to_column(const std::vector<call::Party>& parties) {
  return list_to_column(parties);
}

std::vector<call::Party> parties_from_column(std::string_view text) {
  return list_from_column<call::Party>(text, party_of);
}

std::string prompts_to_column(const std::vector<call::Prompt>& prompts) {
  return list_to_column(prompts);
}

std::vector<call::Prompt> prompts_from_column(std::string_view text) {
  return list_from_column<call::Prompt>(text, prompt_of);
}

std::string words_to_column(const std::vector<std::string>& words) {
  return list_to_column(words);
}

std::vector<std::string> words_from_column(std::string_view text) {
  return list_from_column<std::string>(text, word_of);
}

std::string operation_ids_to_column(const std::vector<call::OperationId>& ids) {
  return list_to_column(ids);
}

std::vector<call::OperationId> operation_ids_from_column(std::string_view text) {
  return list_from_column<call::OperationId>(text, [](const json::value& value) {
    return call::OperationId::parse(word_of(value)).value_or(call::OperationId{});
  });
}

}  // namespace tonearm::storage
