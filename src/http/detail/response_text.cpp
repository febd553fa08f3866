#include "http/detail/response_text.hpp"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <random>

#include <boost/beast/http/status.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/guid.hpp"

namespace tonearm::http::detail {
namespace {

/// RFC 9110 §5.6.7; written once a second and thread.
const std::string& date() {
  thread_local std::time_t written = 0;
  thread_local std::string text;
  const std::time_t now = base::WallClock::to_time_t(base::WallClock::now());
  if (now != written) {
    text = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now));
    written = now;
  }
  return text;
}

std::string_view reason(int status) {
  const auto text = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  return {text.data(), text.size()};
}

}  // namespace

std::string to_text(const Response& response, const Echo& echo, bool keep_alive) {
  std::string text;
  text.reserve(512 + response.body.size());
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "HTTP/1.1 {} {}\r\nDate: {}\r\nrequest-id: {}\r\n", response.status,
                 reason(response.status), date(), echo.request_id);
  const auto header = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) text.append(name).append(": ").append(value).append("\r\n");
  };
  header("client-request-id", echo.client_request_id);
  header("scenario-id", echo.scenario_id);
  header("Content-Type", response.content_type);
  for (const Header& extra : response.headers) header(extra.name, extra.value);
  const auto length = response.length();
  // RFC 9110 §8.6: a 204 has no Content-Length.
  if (response.status != 204 && length) fmt::format_to(out, "Content-Length: {}\r\n", *length);
  if (!keep_alive) text.append("Connection: close\r\n");
  text.append("\r\n");
  if (!echo.head) text.append(response.body);
  return text;
}

std::string_view echoable(std::string_view value) {
  const bool fits =
      value.size() <= 256 && std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
  return fits ? value : std::string_view{};
}

std::string make_request_id() {
  thread_local std::mt19937_64 words{std::random_device{}()};
  const std::uint64_t high = words();
  return base::Guid::from_words(high, words()).to_string();
}

}  // namespace tonearm::http::detail
