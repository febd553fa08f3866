#include "webhook_crowd.hpp"

#include <stdexcept>

#include "crowd_bot.hpp"

namespace tonearm::bench {
namespace {

using namespace std::chrono_literals;
using testing::ApiClient;
using testing::Heard;

constexpr const char* kApi = "/v1.0/communications/calls";
constexpr unsigned kAskers = 4;

/// The id behind "/operations/" in a notification; empty if it is about something else.
std::string operation_in(const std::string& body) {
  constexpr std::string_view kMark = "/operations/";
  const auto at = body.find(kMark);
  return at == std::string::npos ? "" : body.substr(at + kMark.size(), 36);
}

}  // namespace

WebhookHost::WebhookHost()
    : listener_([this](const testing::HttpMessage& request, testing::HttpConnection& connection,
                       const std::stop_token& stop) { return respond(request, connection, stop); }) {}

void WebhookHost::behave(const std::string& path, Manner manner) {
  const std::lock_guard lock(mutex_);
  manners_[path] = manner;
}

std::int64_t WebhookHost::told(const std::string& operation) const {
  const std::lock_guard lock(mutex_);
  const auto found = told_.find(operation);
  return found == told_.end() ? 0 : found->second;
}

WebhookHost::Manner WebhookHost::manner(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = manners_.find(path);
  return found == manners_.end() ? Manner::well : found->second;
}

bool WebhookHost::respond(const testing::HttpMessage& request, testing::HttpConnection& connection,
                          const std::stop_token& stop) {
  const std::int64_t now = testing::realtime_ns();
  const std::string path = request.path();
  while (!stop.stop_requested() && manner(path) == Manner::hanging) {
    if (connection.socket().readable(50ms)) return false;  // given up
  }
  if (stop.stop_requested() || manner(path) == Manner::dead) return false;
  if (const std::string operation = operation_in(request.body); !operation.empty()) {
    const std::lock_guard lock(mutex_);
    told_.try_emplace(operation, now);
  }
  connection.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
  return true;
}

WebhookCrowd::WebhookCrowd(const MeasuredServer& server, testing::Bot& bot, unsigned calls,
                           const std::function<std::string(unsigned)>& callback)
    : callers_(calls), crowd_(server.sip(), callers_, false, true) {
  std::jthread answering([&](const std::stop_token& stop) {
    ApiClient api = api_of(server, kApi);
    while (!stop.stop_requested() && ids_.size() < calls) {
      const auto offered = bot.wait([](const Heard& h) { return h.text("state") == "incoming"; }, 50ms);
      if (!offered) continue;
      const std::string id = offered->text("id");
      if (api.answer(id, callback(static_cast<unsigned>(ids_.size()))).status() == 202) ids_.push_back(id);
    }
  });
  const std::size_t up = crowd_.establish(120s);
  answering.request_stop();
  answering.join();
  if (up != calls || ids_.size() != calls) throw std::runtime_error("not all calls came up");
}

WebhookCrowd::~WebhookCrowd() {
  crowd_.hang_up(30s);
}

std::vector<Told> tell(const MeasuredServer& server, const WebhookCrowd& crowd, unsigned per_second,
                       std::chrono::milliseconds time) {
  const auto count = static_cast<std::size_t>(per_second * time.count() / 1000);
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Told> all(count);
  std::atomic<std::size_t> next{0};
  std::atomic<bool> refused = false;
  const auto ask = [&] {
    ApiClient api = api_of(server, kApi);
    for (std::size_t i = next++; i < count && !refused; i = next++) {
      std::this_thread::sleep_until(begin + i * std::chrono::nanoseconds(1s) / per_second);
      const std::size_t call = i % crowd.size();
      const auto answer = api.play(crowd.id(call), "http://169.254.169.254/forbidden.wav");
      if (answer.status() != 200) refused = true;
      all[i] = {call, answer.id(), answer.sent_ns};
    }
  };
  {
    std::vector<std::jthread> askers;
    for (unsigned i = 0; i < kAskers; ++i) askers.emplace_back(ask);
  }
  if (refused) throw std::runtime_error("a play was refused");
  return all;
}

}  // namespace tonearm::bench
