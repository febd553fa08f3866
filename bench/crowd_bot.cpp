#include "crowd_bot.hpp"

#include <cstdio>
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

/// Nothing but the call's end or a cancel ends it.
constexpr const char* kRecordForLong =
    R"({"playBeep":false,"maxRecordDurationInSeconds":120,"initialSilenceTimeoutInSeconds":120,)"
    R"("maxSilenceTimeoutInSeconds":120})";

}  // namespace

ApiClient api_of(const MeasuredServer& server, const std::string& root) {
  const std::string token = ApiClient::fetch_token(server.http(), kTenant, kApplication, kSecret);
  if (token.empty()) throw std::runtime_error("no token");
  return {server.http(), token, root};
}

CrowdBot::CrowdBot(const MeasuredServer& server, testing::Bot& bot, Task task) : bot_(bot), task_(task) {
  bot_.serve("/loop.wav", testing::tone_wav(440, 10));
  for (int i = 0; i < kWorkers; ++i) {
    workers_.emplace_back([this, &server](const std::stop_token& stop) {
      work(stop, api_of(server, "/beta/communications/calls"));
    });
  }
}

void CrowdBot::work(const std::stop_token& stop, ApiClient api) {
  const auto any = [](const Heard&) { return true; };
  while (!stop.stop_requested()) {
    if (const auto heard = bot_.wait(any, 50ms)) serve(*heard, api);
  }
}

void CrowdBot::serve(const Heard& heard, ApiClient& api) {
  const std::string call = heard.text("id");
  if (heard.text("state") == "incoming") {
    api.answer(call, bot_.url());
  } else if (heard.data().contains("mediaState")) {
    const bool records = task_ == Task::record;
    const auto answer = api.request("POST", "/" + call + (records ? "/recordResponse" : "/playPrompt"),
                                    records ? kRecordForLong : play_for_ever(bot_.url("/loop.wav")));
    if (answer.status() != 200) {
      std::fprintf(stderr, "call_load: refused: %s\n", answer.response.body.c_str());
      return;
    }
    const std::lock_guard lock(mutex_);
    accepted_.push_back({call, answer.id(), answer.answered_ns});
  }
}

bool CrowdBot::wait_accepted(std::size_t calls, std::chrono::seconds limit) const {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (accepted().size() < calls && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(20ms);
  return accepted().size() >= calls;
}

std::vector<CrowdBot::Accepted> CrowdBot::accepted() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

}  // namespace tonearm::bench
