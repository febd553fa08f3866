#include "looping_bot.hpp"

#include <stdexcept>

namespace tonearm::bench {
namespace {

using namespace std::chrono_literals;
using testing::ApiClient;
using testing::Heard;

constexpr int kWorkers = 8;

std::string play_for_ever(const std::string& uri) {
  return R"({"loop":true,"prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":{"uri":")" +
         uri + R"("}}]})";
}

}  // namespace

ApiClient api_of(const MeasuredServer& server, const std::string& root) {
  const std::string token = ApiClient::fetch_token(server.http(), kTenant, kApplication, kSecret);
  if (token.empty()) throw std::runtime_error("no token");
  return {server.http(), token, root};
}

LoopingBot::LoopingBot(const MeasuredServer& server, testing::Bot& bot) : bot_(bot) {
  bot_.serve("/loop.wav", testing::tone_wav(440, 10));
  for (int i = 0; i < kWorkers; ++i) {
    workers_.emplace_back([this, &server](const std::stop_token& stop) {
      work(stop, api_of(server, "/beta/communications/calls"));
    });
  }
}

void LoopingBot::work(const std::stop_token& stop, ApiClient api) {
  const auto any = [](const Heard&) { return true; };
  while (!stop.stop_requested()) {
    if (const auto heard = bot_.wait(any, 50ms)) serve(*heard, api);
  }
}

void LoopingBot::serve(const Heard& heard, ApiClient& api) {
  const std::string call = heard.text("id");
  if (heard.text("state") == "incoming") {
    api.answer(call, bot_.url());
  } else if (heard.data().contains("mediaState")) {
    if (api.request("POST", "/" + call + "/playPrompt", play_for_ever(bot_.url("/loop.wav"))).status() == 200)
      ++playing_;
  }
}

bool LoopingBot::wait_playing(std::size_t calls, std::chrono::seconds limit) const {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (playing_ < calls && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(20ms);
  return playing_ >= calls;
}

}  // namespace tonearm::bench
