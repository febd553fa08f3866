#include "graph/media_json.hpp"

#include <boost/json/object.hpp>

namespace tonearm::graph {
namespace {

namespace json = boost::json;

json::object media_info(const call::Prompt& prompt) {
  json::value resource_id;
  if (!prompt.resource_id.empty()) resource_id = prompt.resource_id;
  return {{"@odata.type", "#microsoft.graph.mediaInfo"},
          {"uri", prompt.uri},
          {"resourceId", std::move(resource_id)}};
}

json::object media_prompt(const call::Prompt& prompt) {
  json::object body{{"@odata.type", "#microsoft.graph.mediaPrompt"}, {"mediaInfo", media_info(prompt)}};
  if (prompt.loop != 1) body["loop"] = prompt.loop;
  return body;
}

}  // namespace

json::array prompts_json(std::span<const call::Prompt> prompts) {
  json::array list;
  for (const call::Prompt& prompt : prompts) list.push_back(media_prompt(prompt));
  return list;
}

json::array media_infos_json(std::span<const call::Prompt> prompts) {
  json::array list;
  for (const call::Prompt& prompt : prompts) list.push_back(media_info(prompt));
  return list;
}

}  // namespace tonearm::graph
