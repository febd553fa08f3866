#include "sip/negotiate.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "sip/address.hpp"
#include "sip/errc.hpp"

namespace tonearm::sip {
namespace {

using base::fail;
using base::Result;
using call::Codec;
using call::LocalMedia;
using call::MediaDescription;
using call::MediaDirection;

constexpr std::uint8_t kEventPayloadType = 101;  // what nearly everybody uses; any dynamic number would do
constexpr int kClockRate = 8000;

struct CodecName {
  Codec codec;
  std::string_view name;
  std::uint8_t static_type;  // RFC 3551 §6
};
constexpr CodecName kCodecs[] = {{Codec::pcmu, "PCMU", 0}, {Codec::pcma, "PCMA", 8}};

const CodecName& name_of(Codec codec) {
  return *std::ranges::find(kCodecs, codec, &CodecName::codec);
}

template <class Number>
std::optional<Number> to_number(std::string_view text) {
  Number value{};
  const auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (errc != std::errc{} || end == text.data()) return std::nullopt;
  return value;
}

std::optional<std::uint8_t> payload_type(std::string_view format) {
  const auto type = to_number<std::uint8_t>(format);
  return type && *type < 128 ? type : std::nullopt;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return std::tolower(x) == std::tolower(y); });
}

/// `a=rtpmap` value of a payload type without the type: "PCMU/8000"; empty if there is none.
std::string_view mapping_of(const SdpMedia& stream, std::string_view format) {
  for (const auto& [name, value] : stream.attributes) {
    const std::string_view text(value);
    if (name == "rtpmap" && text.starts_with(format) && text.substr(format.size()).starts_with(' ')) {
      return text.substr(format.size() + 1);
    }
  }
  return {};
}

/// True if `format` is `name` at 8000 Hz, mono, by its rtpmap or by its static number.
bool is_format(const SdpMedia& stream, const std::string& format, const CodecName& codec) {
  const std::string_view mapping = mapping_of(stream, format);
  if (mapping.empty()) return payload_type(format) == codec.static_type;
  const std::string plain = fmt::format("{}/{}", codec.name, kClockRate);
  return equal_ignoring_case(mapping, plain) || equal_ignoring_case(mapping, plain + "/1");
}

std::optional<Codec> codec_of(const Capabilities& ours, const SdpMedia& stream, const std::string& format) {
  for (const Codec codec : ours.codecs) {
    if (is_format(stream, format, name_of(codec))) return codec;
  }
  return std::nullopt;
}

std::optional<std::uint8_t> event_type(const SdpMedia& stream) {
  for (const std::string& format : stream.formats) {
    const std::string_view mapping = mapping_of(stream, format);
    if (equal_ignoring_case(mapping, "telephone-event/8000")) return payload_type(format);
  }
  return std::nullopt;
}

struct Choice {
  Codec codec;
  std::uint8_t payload_type;
};

std::optional<Choice> choose(const Capabilities& ours, const SdpMedia& stream) {
  for (const std::string& format : stream.formats) {
    const auto type = payload_type(format);
    const auto codec = codec_of(ours, stream, format);
    if (type && codec) return Choice{*codec, *type};
  }
  return std::nullopt;
}

MediaDirection written_direction(const Sdp& description, const SdpMedia& stream) {
  constexpr std::pair<std::string_view, MediaDirection> kWords[] = {
      {"sendrecv", MediaDirection::send_receive},
      {"sendonly", MediaDirection::send_only},
      {"recvonly", MediaDirection::receive_only},
      {"inactive", MediaDirection::inactive}};
  for (const auto& [word, direction] : kWords) {
    if (stream.find(word) != nullptr) return direction;
  }
  for (const auto& [word, direction] : kWords) {
    if (description.find(word) != nullptr) return direction;
  }
  return MediaDirection::send_receive;
}

MediaDirection mirrored(MediaDirection direction) {
  if (direction == MediaDirection::send_only) return MediaDirection::receive_only;
  if (direction == MediaDirection::receive_only) return MediaDirection::send_only;
  return direction;
}

std::string_view word_of(MediaDirection direction) {
  switch (direction) {
    case MediaDirection::send_receive:
      return "sendrecv";
    case MediaDirection::send_only:
      return "sendonly";
    case MediaDirection::receive_only:
      return "recvonly";
    case MediaDirection::inactive:
      return "inactive";
  }
  return "sendrecv";
}

/// Where RTCP goes: with RTP, to `a=rtcp` (RFC 3605), or to the next port.
base::Endpoint rtcp_of(const SdpMedia& stream, const base::Endpoint& rtp, bool mux) {
  if (mux) return rtp;
  base::Endpoint rtcp{rtp.address, static_cast<std::uint16_t>(rtp.port + 1)};
  const std::string* attribute = stream.find("rtcp");
  if (attribute == nullptr) return rtcp;
  const auto port = to_number<std::uint16_t>(*attribute);
  if (!port || *port == 0) return rtcp;
  rtcp.port = *port;
  const auto host = attribute->rfind(' ');
  if (host != std::string::npos && is_address_literal(attribute->substr(host + 1))) {
    rtcp.address = attribute->substr(host + 1);
  }
  return rtcp;
}

std::chrono::milliseconds ptime_of(const SdpMedia& stream) {
  const std::string* limit = stream.find("maxptime");
  const auto milliseconds = limit == nullptr ? std::nullopt : to_number<unsigned>(*limit);
  return std::chrono::milliseconds(milliseconds && *milliseconds < 20 ? 10 : 20);
}

void set_direction(MediaDescription& media, const Sdp& theirs, const SdpMedia& stream) {
  const MediaDirection written = written_direction(theirs, stream);
  media.direction = mirrored(written);
  media.remote_hold = written == MediaDirection::send_only || written == MediaDirection::inactive;
  if (!is_unspecified_address(theirs.address_of(stream))) return;
  media.remote_hold = true;  // nowhere to send to, whatever the direction says
  if (media.direction == MediaDirection::send_receive) media.direction = MediaDirection::receive_only;
  if (media.direction == MediaDirection::send_only) media.direction = MediaDirection::inactive;
}

/// What their stream says, whether it is an offer or an answer.
Agreement describe(const Sdp& theirs, std::size_t index, Choice choice, bool mux) {
  const SdpMedia& stream = theirs.media[index];
  Agreement agreement;
  agreement.stream = index;
  agreement.remote_host = theirs.address_of(stream);
  MediaDescription& media = agreement.media;
  media.codec = choice.codec;
  media.send_payload_type = media.receive_payload_type = choice.payload_type;
  media.clock_rate = kClockRate;
  media.rtcp_mux = mux;
  media.send_ptime = ptime_of(stream);
  media.remote_rtp.port = stream.port;
  if (is_address_literal(agreement.remote_host)) media.remote_rtp.address = agreement.remote_host;
  media.remote_rtcp = rtcp_of(stream, media.remote_rtp, mux);
  media.may_move = is_private_address(agreement.remote_host);
  set_direction(media, theirs, stream);
  return agreement;
}

bool is_usable(const Sdp& description, const SdpMedia& stream) {
  return stream.type == "audio" && stream.port != 0 && stream.protocol == "RTP/AVP" &&
         !description.address_of(stream).empty();
}

SdpMedia audio_stream(const LocalMedia& local, bool mux) {
  SdpMedia stream;
  stream.type = "audio";
  stream.port = local.rtp.port;
  stream.protocol = "RTP/AVP";
  if (mux) stream.attributes.push_back({"rtcp-mux", ""});
  // Mux may be refused, so an offer still says where plain RTCP would be heard.
  if (local.rtcp.port != 0 && local.rtcp.port != local.rtp.port + 1) {
    stream.attributes.push_back({"rtcp", std::to_string(local.rtcp.port)});
  }
  return stream;
}

void add_codec(SdpMedia& stream, Codec codec, std::uint8_t type) {
  stream.formats.push_back(std::to_string(type));
  stream.attributes.push_back({"rtpmap", fmt::format("{} {}/{}", type, name_of(codec).name, kClockRate)});
}

void add_events(SdpMedia& stream, std::uint8_t type) {
  stream.formats.push_back(std::to_string(type));
  stream.attributes.push_back({"rtpmap", fmt::format("{} telephone-event/{}", type, kClockRate)});
  stream.attributes.push_back({"fmtp", fmt::format("{} 0-16", type)});
}

void finish(SdpMedia& stream, MediaDirection direction, std::chrono::milliseconds ptime) {
  stream.attributes.push_back({"ptime", std::to_string(ptime.count())});
  stream.attributes.push_back({std::string(word_of(direction)), ""});
}

Sdp description_at(const LocalMedia& local) {
  Sdp description;
  description.origin.address = description.connection = local.rtp.address;
  return description;
}

SdpMedia refused(const SdpMedia& offered) {
  SdpMedia stream;
  stream.type = offered.type;
  stream.protocol = offered.protocol;
  stream.formats = offered.formats;
  return stream;
}

}  // namespace

Result<Agreement> negotiate(const Capabilities& ours, const Sdp& offer) {
  for (std::size_t index = 0; index < offer.media.size(); ++index) {
    const SdpMedia& stream = offer.media[index];
    if (!is_usable(offer, stream)) continue;
    const auto choice = choose(ours, stream);
    if (!choice) continue;
    Agreement agreement = describe(offer, index, *choice, stream.find("rtcp-mux") != nullptr);
    if (ours.telephone_event) {
      agreement.media.send_event_payload_type = agreement.media.receive_event_payload_type =
          event_type(stream);
    }
    return agreement;
  }
  return fail(SipErrc::no_common_audio, "PCMU or PCMA over RTP/AVP is needed");
}

Sdp make_answer(const Agreement& agreement, const Sdp& offer, const LocalMedia& local) {
  Sdp answer = description_at(local);
  const MediaDescription& media = agreement.media;
  for (std::size_t index = 0; index < offer.media.size(); ++index) {
    if (index != agreement.stream) {
      answer.media.push_back(refused(offer.media[index]));
      continue;
    }
    SdpMedia stream = audio_stream(local, media.rtcp_mux);
    add_codec(stream, media.codec, media.receive_payload_type);
    if (media.receive_event_payload_type) add_events(stream, *media.receive_event_payload_type);
    finish(stream, media.direction, media.send_ptime);
    answer.media.push_back(std::move(stream));
  }
  return answer;
}

Sdp make_offer(const Capabilities& ours, const LocalMedia& local) {
  Sdp offer = description_at(local);
  SdpMedia stream = audio_stream(local, true);
  for (const Codec codec : ours.codecs) add_codec(stream, codec, name_of(codec).static_type);
  if (ours.telephone_event) add_events(stream, kEventPayloadType);
  finish(stream, MediaDirection::send_receive, std::chrono::milliseconds(20));
  offer.media.push_back(std::move(stream));
  return offer;
}

Result<Agreement> apply_answer(const Capabilities& ours, const Sdp& offer, const Sdp& answer) {
  if (offer.media.empty() || answer.media.size() != offer.media.size()) {
    return fail(SipErrc::no_common_audio, "the answer has not as many streams as the offer");
  }
  const SdpMedia& stream = answer.media.front();
  const auto choice = is_usable(answer, stream) ? choose(ours, stream) : std::nullopt;
  if (!choice) return fail(SipErrc::no_common_audio, "the answer has no codec of the offer");
  const bool mux = stream.find("rtcp-mux") != nullptr && offer.media.front().find("rtcp-mux") != nullptr;
  Agreement agreement = describe(answer, 0, *choice, mux);
  agreement.media.receive_payload_type = name_of(choice->codec).static_type;
  if (ours.telephone_event) {
    agreement.media.send_event_payload_type = event_type(stream);
    if (agreement.media.send_event_payload_type)
      agreement.media.receive_event_payload_type = kEventPayloadType;
  }
  return agreement;
}

Result<Agreement> reapply_answer(const Capabilities& ours, const Agreement& now, const Sdp& answer) {
  if (now.stream >= answer.media.size())
    return fail(SipErrc::no_common_audio, "the answer has too few streams");
  const SdpMedia& stream = answer.media[now.stream];
  const auto choice = is_usable(answer, stream) ? choose(ours, stream) : std::nullopt;
  if (!choice || choice->codec != now.media.codec) {
    return fail(SipErrc::no_common_audio, "the answer has not the codec of the call");
  }
  Agreement agreement = describe(answer, now.stream, *choice, now.media.rtcp_mux);
  agreement.media.receive_payload_type = now.media.receive_payload_type;
  agreement.media.receive_event_payload_type = now.media.receive_event_payload_type;
  if (now.media.send_event_payload_type) agreement.media.send_event_payload_type = event_type(stream);
  return agreement;
}

void set_remote_address(Agreement& agreement, const std::string& address) {
  MediaDescription& media = agreement.media;
  if (media.remote_rtp.address.empty()) media.remote_rtp.address = address;
  if (media.remote_rtcp.address.empty()) media.remote_rtcp.address = address;
}

}  // namespace tonearm::sip
