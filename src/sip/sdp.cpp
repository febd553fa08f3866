#include "sip/sdp.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "sip/errc.hpp"

namespace tonearm::sip {
namespace {

using base::fail;
using base::Result;

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

template <class Number>
bool read_number(std::string_view text, Number& value) {
  const auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), value);
  return errc == std::errc{} && end == text.data() + text.size();
}

/// Visible ASCII without the characters that would end a line or a word of ours.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 && c != '\t'; });
}

bool is_host(std::string_view text) {
  return text.size() <= 255 && is_token(text) && std::ranges::all_of(text, [](unsigned char c) {
           return std::isalnum(c) || c == '.' || c == '-' || c == ':' || c == '_';
         });
}

class Parser {
 public:
  Result<Sdp> run(std::string_view text);

 private:
  Result<void> line(char type, std::string_view value);
  Result<void> origin(std::string_view value);
  Result<void> connection(std::string_view value);
  Result<void> stream(std::string_view value);
  Result<void> attribute(std::string_view value);

  Sdp sdp_;
  std::size_t attributes_ = 0;
};

Result<Sdp> Parser::run(std::string_view text) {
  if (text.size() > SdpLimits::kBytes)
    return fail(SipErrc::sdp_too_large, fmt::format("{} bytes", text.size()));
  if (!text.starts_with("v=0\r") && !text.starts_with("v=0\n")) return fail(SipErrc::malformed_sdp, "no v=0");
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line_text = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line_text.ends_with('\r')) line_text.remove_suffix(1);
    if (line_text.empty()) continue;
    if (line_text.size() > SdpLimits::kLine) return fail(SipErrc::sdp_too_large, "a line is too long");
    if (has_control(line_text)) return fail(SipErrc::malformed_sdp, "a control character");
    if (line_text.size() < 2 || line_text[1] != '=')
      return fail(SipErrc::malformed_sdp, "a line without '='");
    if (auto done = line(line_text[0], line_text.substr(2)); !done) return std::unexpected(done.error());
  }
  return std::move(sdp_);
}

Result<void> Parser::line(char type, std::string_view value) {
  switch (type) {
    case 'o':
      return origin(value);
    case 'c':
      return connection(value);
    case 'm':
      return stream(value);
    case 'a':
      return attribute(value);
    default:
      return {};  // v s i u e p b t r z k and what may come: nothing that we obey
  }
}

Result<void> Parser::origin(std::string_view value) {
  const auto words = split(value);
  if (words.size() != 6 || !std::ranges::all_of(words, is_token)) return fail(SipErrc::malformed_sdp, "o=");
  sdp_.origin.user = words[0];
  sdp_.origin.session_id = words[1];
  // Some phones write versions beyond 64 bits; only change matters, and nothing of ours compares theirs.
  if (!read_number(words[2], sdp_.origin.version)) sdp_.origin.version = 0;
  sdp_.origin.address = words[5];
  return {};
}

Result<void> Parser::connection(std::string_view value) {
  const auto words = split(value);
  if (words.size() != 3 || words[0] != "IN" || (words[1] != "IP4" && words[1] != "IP6")) {
    return fail(SipErrc::malformed_sdp, "c=");
  }
  const std::string_view address =
      words[2].substr(0, words[2].find('/'));  // a multicast TTL is no business of ours
  if (!is_host(address)) return fail(SipErrc::malformed_sdp, "c= address");
  (sdp_.media.empty() ? sdp_.connection : sdp_.media.back().connection) = address;
  return {};
}

Result<void> Parser::stream(std::string_view value) {
  const auto words = split(value);
  if (words.size() < 3 || !std::ranges::all_of(words, is_token)) return fail(SipErrc::malformed_sdp, "m=");
  if (sdp_.media.size() == SdpLimits::kMedia) return fail(SipErrc::sdp_too_large, "too many streams");
  if (words.size() - 3 > SdpLimits::kFormats) return fail(SipErrc::sdp_too_large, "too many formats");
  SdpMedia media;
  media.type = words[0];
  if (!read_number(words[1].substr(0, words[1].find('/')), media.port))
    return fail(SipErrc::malformed_sdp, "m= port");
  media.protocol = words[2];
  media.formats.assign(words.begin() + 3, words.end());
  sdp_.media.push_back(std::move(media));
  return {};
}

Result<void> Parser::attribute(std::string_view value) {
  if (++attributes_ > SdpLimits::kAttributes) return fail(SipErrc::sdp_too_large, "too many attributes");
  const auto colon = value.find(':');
  SdpAttribute attribute{std::string(value.substr(0, colon)), {}};
  if (!is_token(attribute.name)) return fail(SipErrc::malformed_sdp, "a=");
  if (colon != std::string_view::npos) attribute.value = value.substr(colon + 1);
  (sdp_.media.empty() ? sdp_.attributes : sdp_.media.back().attributes).push_back(std::move(attribute));
  return {};
}

const std::string* find_in(const std::vector<SdpAttribute>& attributes, std::string_view name) {
  const auto found = std::ranges::find(attributes, name, &SdpAttribute::name);
  return found == attributes.end() ? nullptr : &found->value;
}

std::string_view family(std::string_view address) {
  return address.find(':') == std::string_view::npos ? "IP4" : "IP6";
}

void append_attributes(std::string& out, const std::vector<SdpAttribute>& attributes) {
  for (const auto& [name, value] : attributes) {
    out += value.empty() ? fmt::format("a={}\r\n", name) : fmt::format("a={}:{}\r\n", name, value);
  }
}

}  // namespace

const std::string* SdpMedia::find(std::string_view attribute) const {
  return find_in(attributes, attribute);
}

const std::string* Sdp::find(std::string_view attribute) const {
  return find_in(attributes, attribute);
}

const std::string& Sdp::address_of(const SdpMedia& stream) const {
  return stream.connection.empty() ? connection : stream.connection;
}

Result<Sdp> parse_sdp(std::string_view text) {
  return Parser{}.run(text);
}

std::string to_string(const Sdp& description) {
  const SdpOrigin& origin = description.origin;
  std::string out = fmt::format("v=0\r\no={} {} {} IN {} {}\r\ns=-\r\n", origin.user, origin.session_id,
                                origin.version, family(origin.address), origin.address);
  if (!description.connection.empty()) {
    out += fmt::format("c=IN {} {}\r\n", family(description.connection), description.connection);
  }
  out += "t=0 0\r\n";
  append_attributes(out, description.attributes);
  for (const SdpMedia& media : description.media) {
    out += fmt::format("m={} {} {} {}\r\n", media.type, media.port, media.protocol,
                       fmt::join(media.formats, " "));
    if (!media.connection.empty()) {
      out += fmt::format("c=IN {} {}\r\n", family(media.connection), media.connection);
    }
    append_attributes(out, media.attributes);
  }
  return out;
}

}  // namespace tonearm::sip
