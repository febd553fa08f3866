#include "graph/read_media.hpp"

#include <fmt/format.h>

#include "graph/limits.hpp"
#include "graph/text.hpp"
#include "net/address_policy.hpp"
#include "net/url.hpp"

namespace tonearm::graph {
namespace {

/// The abstract types need `@odata.type` (facts §2.2). Where only one concrete type can be meant, a missing
/// one is taken for it, unless `strict`.
void check_type(Members& members, std::string_view expected, bool strict, std::string_view otherwise) {
  if (!members.has_type() && !strict) return;
  if (!members.is_type(expected)) members.refuse("@odata.type", otherwise);
}

call::Prompt read_media_info(Members info) {
  call::Prompt prompt;
  if (auto uri = info.text("uri", kUriBytesMax)) {
    prompt.uri = std::move(*uri);
    if (!net::Url::parse(prompt.uri)) info.refuse("uri", "must be an absolute http or https URL");
  } else {
    info.refuse_missing("uri");
  }
  prompt.resource_id = info.text("resourceId", kResourceIdBytesMax).value_or("");
  return prompt;
}

call::Prompt read_prompt(Members prompt, const ReadOptions& options) {
  check_type(prompt, "mediaPrompt", options.strict,
             "must be #microsoft.graph.mediaPrompt: there are no other prompts");
  call::Prompt read;
  if (auto info = prompt.object("mediaInfo")) {
    read = read_media_info(std::move(*info));
  } else {
    prompt.refuse_missing("mediaInfo");
  }
  // On v1.0 the metadata has no such member, so it is ignored like every unknown one.
  if (options.version == Version::beta) {
    read.loop = static_cast<std::uint32_t>(prompt.number("loop", 1, 1, kPromptLoopMax));
  }
  return read;
}

}  // namespace

std::vector<call::Prompt> read_prompts(Members& members, std::size_t most, const ReadOptions& options) {
  std::vector<call::Prompt> prompts;
  for (const auto& value : members.list("prompts", most)) {
    prompts.push_back(read_prompt(members.entry(value, "prompts", prompts.size()), options));
  }
  return prompts;
}

std::vector<call::Prompt> read_media_config(Members& members, const ReadOptions& options) {
  std::vector<call::Prompt> prefetch;
  auto config = members.object("mediaConfig");
  if (!config) {
    members.refuse("mediaConfig",
                   "is required: send {\"@odata.type\":\"#microsoft.graph.serviceHostedMediaConfig\"}");
    return prefetch;
  }
  if (config->is_type("appHostedMediaConfig") || config->has("blob")) {
    config->refuse("@odata.type",
                   "is app-hosted media, which this server does not do: use "
                   "#microsoft.graph.serviceHostedMediaConfig");
  }
  check_type(*config, "serviceHostedMediaConfig", options.strict,
             "must be #microsoft.graph.serviceHostedMediaConfig");
  for (const auto& value : config->list("preFetchMedia", kPrefetchMax)) {
    prefetch.push_back(read_media_info(config->entry(value, "preFetchMedia", prefetch.size())));
  }
  return prefetch;
}

std::string read_callback_uri(Members& members, const ReadOptions& options) {
  const auto text = members.text("callbackUri", kUriBytesMax);
  if (!text || text->empty()) return {};
  const auto url = net::Url::parse(*text);
  if (!url) {
    members.refuse("callbackUri", "must be an absolute https URL");
  } else if (options.callbacks ? !options.callbacks->check_url(*url) : !url->secure) {
    members.refuse("callbackUri", "must be https, unless notifications.allow_http is set");
  }
  return *text;
}

std::optional<std::string> read_client_context(Members& members) {
  auto context = members.text("clientContext", kBodyBytesMax);
  if (context && code_points(*context) > kClientContextMax) {
    members.refuse("clientContext", fmt::format("must not be longer than {} characters", kClientContextMax));
  }
  return context;
}

}  // namespace tonearm::graph
