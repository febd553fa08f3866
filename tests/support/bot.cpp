#include "bot.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace tonearm::testing {
namespace json = boost::json;
namespace {

std::string response(int status, const std::string& body = "", const std::string& type = "") {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " Told\r\n";
  if (!type.empty()) head += "Content-Type: " + type + "\r\n";
  return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string text_of(const json::object& object, const char* member) {
  const auto* value = object.if_contains(member);
  return value && value->is_string() ? std::string(value->as_string()) : "";
}

}  // namespace

std::string Heard::change() const {
  return text_of(notification, "changeType");
}

std::string Heard::url() const {
  return text_of(notification, "resourceUrl");
}

const json::object& Heard::data() const {
  static const json::object kNone;
  const auto* data = notification.if_contains("resourceData");
  return data && data->is_object() ? data->as_object() : kNone;
}

std::pair<int, int> Heard::result() const {
  const auto& info = data().at("resultInfo");
  return {info.at("code").to_number<int>(), info.at("subcode").to_number<int>()};
}

std::string Heard::text(const char* member) const {
  return text_of(data(), member);
}

Bot::Bot()
    : listener_([this](const HttpMessage& request, HttpConnection& connection, const std::stop_token&) {
        if (const std::string answer = respond(request); !answer.empty()) connection.write(answer);
        return true;
      }) {}

std::string Bot::url(const std::string& path) const {
  return listener_.url(path);
}

std::string Bot::respond(const HttpMessage& request) {
  const std::string path = request.path();
  if (request.start_line.starts_with("GET ")) {
    const std::lock_guard lock(mutex_);
    const auto file = files_.find(path);
    if (file == files_.end()) return response(404);
    return response(200, file->second.first, file->second.second);
  }
  Heard heard{request.at_ns, request, {}};
  boost::system::error_code bad;
  const json::value body = json::parse(request.body, bad);
  if (!bad) heard.notification = body.at("value").at(0).as_object();
  std::function<int(const Heard&)> answer;
  {
    const std::lock_guard lock(mutex_);
    answer = answer_;
  }
  const int status = answer ? answer(heard) : 202;
  heard_.add(std::move(heard));
  return status == 0 ? "" : response(status);
}

std::vector<Heard> Bot::heard() const {
  return heard_.all();
}

std::optional<Heard> Bot::wait(const std::function<bool(const Heard&)>& fits,
                               std::chrono::milliseconds timeout) {
  return heard_.wait(fits, timeout);
}

std::optional<Heard> Bot::wait_state(const std::string& state, std::chrono::milliseconds timeout) {
  return wait([&](const Heard& h) { return h.text("state") == state; }, timeout);
}

std::optional<Heard> Bot::wait_audio(std::chrono::milliseconds timeout) {
  return wait([](const Heard& h) { return h.data().contains("mediaState"); }, timeout);
}

std::optional<Heard> Bot::wait_operation_end(const std::string& id, std::chrono::milliseconds timeout) {
  return wait(
      [&](const Heard& h) { return h.change() == "deleted" && h.url().ends_with("/operations/" + id); },
      timeout);
}

std::string Bot::wait_incoming(std::chrono::milliseconds timeout) {
  const auto offered = wait_state("incoming", timeout);
  return offered ? offered->text("id") : "";
}

void Bot::answer_with(std::function<int(const Heard&)> answer) {
  const std::lock_guard lock(mutex_);
  answer_ = std::move(answer);
}

void Bot::serve(const std::string& path, std::string bytes, std::string type) {
  const std::lock_guard lock(mutex_);
  files_[path] = {std::move(bytes), std::move(type)};
}

std::string tone_wav(double hertz, double seconds, int rate) {
  const auto samples = static_cast<std::uint32_t>(seconds * rate);
  std::string wav(44 + samples * 2, '\0');
  const auto put = [&](std::size_t at, std::uint32_t value, std::size_t bytes) {
    std::memcpy(wav.data() + at, &value, bytes);  // little-endian, as WAV is
  };
  std::memcpy(wav.data(), "RIFF", 4);
  put(4, 36 + samples * 2, 4);
  std::memcpy(wav.data() + 8, "WAVEfmt ", 8);
  put(16, 16, 4);
  put(20, 1, 2);
  put(22, 1, 2);
  put(24, static_cast<std::uint32_t>(rate), 4);
  put(28, static_cast<std::uint32_t>(rate) * 2, 4);
  put(32, 2, 2);
  put(34, 16, 2);
  std::memcpy(wav.data() + 36, "data", 4);
  put(40, samples * 2, 4);
  for (std::uint32_t i = 0; i < samples; ++i) {
    const double value = 16384 * std::sin(2 * std::numbers::pi * hertz * i / rate);
    put(44 + i * 2, static_cast<std::uint16_t>(static_cast<std::int16_t>(value)), 2);
  }
  return wav;
}

}  // namespace tonearm::testing
