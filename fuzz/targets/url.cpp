#include "net/url.hpp"

#include <algorithm>

#include "support/targets.hpp"

// A URL of a client, in the first line, and where its server says to go instead, in the rest.

namespace tonearm::fuzz {
namespace {

bool is_one_word(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

void check_url(const net::Url& url) {
  require(!url.host.empty() && url.port != 0, "a URL says where to connect to");
  require(is_one_word(url.host) && is_one_word(url.target),
          "a URL adds nothing to a request line or a header");
  require(url.target.starts_with('/'), "a target is a path");
  require(url.target.find('#') == std::string::npos, "a fragment stays with us");
  const auto again = net::Url::parse(url.to_string());
  require(!again ? url.to_string().size() > 8192 : *again == url, "what is written is read as it was");
}

}  // namespace

void url(Bytes bytes) {
  Input input(bytes);
  const auto first = net::Url::parse(text_of(input.until("\n")));
  if (first) check_url(*first);
  static const net::Url kBase = net::Url::parse("https://bot.example.com:8443/a/b?c").value();
  const auto next = (first ? *first : kBase).resolve(text_of(input.rest()));
  if (next) check_url(*next);
}

}  // namespace tonearm::fuzz
