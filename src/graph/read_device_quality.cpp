#include "graph/read_device_quality.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "graph/errc.hpp"
#include "graph/limits.hpp"
#include "graph/members.hpp"
#include "graph/read_body.hpp"

namespace tonearm::graph {
namespace {

constexpr std::array<std::string_view, 3> kMediaTypes{"teleconferenceDeviceAudioQuality",
                                                      "teleconferenceDeviceVideoQuality",
                                                      "teleconferenceDeviceScreenSharingQuality"};

base::Guid read_guid(Members& quality, std::string_view name) {
  const auto text = quality.text(name, kIdentityBytesMax);
  const auto guid = text ? base::Guid::parse(*text) : std::nullopt;
  if (!guid) quality.refuse(name, "must be a GUID");
  return guid.value_or(base::Guid{});
}

std::string read_required_text(Members& quality, std::string_view name) {
  auto text = quality.text(name, kIdentityBytesMax);
  if (!text) quality.refuse_missing(name);
  return text.value_or("");
}

void check_media(Members media) {
  const bool known = std::ranges::any_of(kMediaTypes, [&](auto name) { return media.is_type(name); });
  if (!known) {
    media.refuse("@odata.type",
                 fmt::format("must be #microsoft.graph.{}, …Video… or …ScreenSharing…", kMediaTypes.front()));
  }
  if (!media.has("channelIndex")) media.refuse_missing("channelIndex");
  (void)media.number("channelIndex", 1, 1, INT32_MAX);
}

}  // namespace

base::Result<DeviceQuality> read_device_quality(std::string_view body, const ReadOptions& options) {
  const auto value = read_body(body, options);
  if (!value) return std::unexpected(value.error());
  Verdict verdict;
  refuse_unknown_extensions(*value, {}, verdict);
  Members members(*value, "", options.strict, verdict);
  DeviceQuality read;
  if (auto quality = members.object("quality")) {
    read.call_chain = read_guid(*quality, "callChainId");
    read.participant = read_guid(*quality, "participantId");
    read.media_leg = read_guid(*quality, "mediaLegId");
    read.device = read_required_text(*quality, "deviceName");
    read.description = read_required_text(*quality, "deviceDescription");
    const auto list = quality->list("mediaQualityList", kMediaQualityMax);
    if (list.empty()) quality->refuse("mediaQualityList", "must have at least one entry");
    for (std::size_t at = 0; at < list.size(); ++at)
      check_media(quality->entry(list[at], "mediaQualityList", at));
    read.media = list.size();
  } else {
    members.refuse_missing("quality");
  }
  if (verdict.refusal()) return base::fail(Errc::bad_request, *verdict.refusal());
  return read;
}

}  // namespace tonearm::graph
