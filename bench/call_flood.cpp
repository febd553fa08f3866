// A server that is full, and a flood of ten calls for each that it can carry. The server runs on core 0,
// everybody else on core 1.
//
//   call_flood --server PATH [--calls 100] [--rounds 5] [--seconds 3]
//     calls.max = N. N calls are up and play. In each round the cadence of one of them is measured by the
//     kernel's receive stamps: before, while 10 N and more INVITEs are sent as fast as they are refused, and
//     after. Then one call makes room and another comes, which takes as long as the server needs to recover.
//
// Prints one JSON object. Bounded: every wait has a limit, and then the exit status is 1.

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "command.hpp"
#include "crowd_bot.hpp"
#include "intruder.hpp"
#include "measured_server.hpp"
#include "sip_crowd.hpp"

namespace tonearm::bench {
namespace {

using namespace std::chrono_literals;
using testing::HeardPacket;
using testing::realtime_ns;

constexpr std::int64_t kCadence = 20'000'000;  // [ns]
constexpr std::size_t kTimesCapacity = 10;

struct FloodSettings {
  std::string server;
  unsigned calls = 100;
  unsigned rounds = 5;
  unsigned seconds = 3;
};

/// How late packets were against the first one's cadence, the earliest taken as in time [µs], sorted; and how
/// many are missing.
struct Cadence {
  std::vector<double> late;
  int lost = 0;

  Cadence(const std::vector<HeardPacket>& packets, std::int64_t from, std::int64_t to) {
    const HeardPacket* first = nullptr;
    std::int64_t due = 0;
    for (const HeardPacket& packet : packets) {
      if (packet.at_ns < from || packet.at_ns > to) continue;
      if (first == nullptr) first = &packet;
      // Timestamps advance with the clock, also over a stalled tick: 8 a millisecond.
      due = static_cast<std::int64_t>(packet.timestamp - first->timestamp) * 125'000;
      late.push_back(static_cast<double>(packet.at_ns - first->at_ns - due) / 1000);
    }
    if (late.empty()) throw std::runtime_error("nothing was heard");
    lost = static_cast<int>(due / kCadence) + 1 - static_cast<int>(late.size());
    std::ranges::sort(late);
    for (double& value : late) value -= late.front();
  }
  [[nodiscard]] double at(double share) const {
    return late[std::min(late.size() - 1,
                         static_cast<std::size_t>(static_cast<double>(late.size()) * share))];
  }
};

/// A call whose packets are looked at one by one; it hangs up and comes again.
class Witness {
 public:
  Witness(const MeasuredServer& server, testing::Bot& bot)
      : server_(server.sip()), bot_(bot), api_(api_of(server, "/v1.0/communications/calls")) {
    bot_.serve("/witness.wav", testing::tone_wav(440, 600.0, 8000));
    come();
  }

  /// From now until there is a call with sound [ms]. Refusals are tried again every 10 ms, for 10 s.
  double come() {
    const std::int64_t begin = realtime_ns();
    for (int attempt = 0; attempt < 1000; ++attempt) {
      phone_.emplace(server_);
      phone_->send_invite("load", phone_->sdp());
      const auto answer =
          phone_->wait([](const auto& m) { return m.method() == "INVITE" && m.status() != 100; }, 5s);
      if (answer && answer->status() < 300) return take(begin);
      std::this_thread::sleep_for(10ms);
    }
    throw std::runtime_error("no call is taken any more");
  }
  void leave() {
    phone_->send_bye();
    if (!bot_.wait_state("terminated")) throw std::runtime_error("a call did not end");
  }
  [[nodiscard]] Cadence cadence(std::int64_t from, std::int64_t to) {
    return {phone_->rtp().heard(), from, to};
  }

 private:
  double take(std::int64_t begin) {
    const std::string id = bot_.wait_incoming();
    if (id.empty() || api_.answer(id, bot_.url()).status() != 202 || !phone_->wait_status(200, "INVITE"))
      throw std::runtime_error("a call was not answered");
    phone_->send_ack();
    phone_->rtp().speak(phone_->media());
    if (!bot_.wait_audio()) throw std::runtime_error("a call got no audio");
    const std::size_t before = phone_->rtp().count();
    if (api_.play(id, bot_.url("/witness.wav")).status() != 200) throw std::runtime_error("no play");
    if (!phone_->rtp().wait_voiced_from(before, 2)) throw std::runtime_error("the prompt does not sound");
    return static_cast<double>(realtime_ns() - begin) / 1e6;
  }

  const base::Endpoint server_;
  testing::Bot& bot_;
  testing::ApiClient api_;
  std::optional<testing::SipPhone> phone_;
};

struct Round {
  std::vector<Cadence> cadences;  // before, during, after
  std::size_t refused = 0;
  double seconds = 0;
  double again_ms = 0;
};

Round run_round(const FloodSettings& settings, const MeasuredServer& server, Witness& witness) {
  Round round;
  const auto window = std::chrono::seconds(settings.seconds);
  const auto look = [&](auto&& meanwhile) {
    const std::int64_t begin = realtime_ns();
    meanwhile();
    round.cadences.push_back(witness.cadence(begin, realtime_ns()));
  };
  const auto wait = [&] { std::this_thread::sleep_for(window); };
  look(wait);
  look([&] {
    testing::SipStranger flood(server.sip(), "127.0.0.1");
    const auto begin = std::chrono::steady_clock::now();
    do {
      const auto answers =
          flood.flood(kTimesCapacity * settings.calls, [&](auto) { return flood.invite("load"); });
      if (answers.of(503) != answers.requests) throw std::runtime_error("an INVITE was not refused");
      round.refused += answers.of(503);
    } while (std::chrono::steady_clock::now() - begin < window);
    round.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  });
  witness.leave();
  round.again_ms = witness.come();
  look(wait);
  return round;
}

std::string list_of(const std::vector<Round>& rounds, auto&& value) {
  std::vector<std::string> texts;
  for (const Round& round : rounds) texts.push_back(fmt::format("{:.1f}", value(round)));
  return fmt::format("[{}]", fmt::join(texts, ","));
}

void run_flood(const FloodSettings& settings) {
  testing::Bot bot;
  const MeasuredServer server(settings.server, bot.url(), false,
                              fmt::format("[calls]\nmax = {}\n", settings.calls));
  Callers callers(settings.calls - 1);
  SipCrowd crowd(server.sip(), callers, false);
  {
    const CrowdBot busy(server, bot, CrowdBot::Task::play);
    if (crowd.establish(60s) != callers.size()) throw std::runtime_error("not all calls were answered");
    callers.start();
    if (!busy.wait_accepted(callers.size(), 60s)) throw std::runtime_error("not all calls play");
  }
  Witness witness(server, bot);
  std::this_thread::sleep_for(2s);  // what the set-up left behind is done
  const std::string before = server.metrics();
  std::vector<Round> rounds;
  for (unsigned i = 0; i < settings.rounds; ++i) rounds.push_back(run_round(settings, server, witness));
  const std::string after = server.metrics();
  crowd.hang_up(20s);

  const char* const names[] = {"before", "during", "after"};
  fmt::print("{{\"calls\":{},\"rounds\":{},\"seconds\":{}", settings.calls, settings.rounds,
             settings.seconds);
  for (std::size_t part = 0; part < 3; ++part) {
    fmt::print(",\"{0}_p50_us\":{1},\"{0}_p99_us\":{2},\"{0}_max_us\":{3},\"{0}_lost\":{4}", names[part],
               list_of(rounds, [&](const Round& r) { return r.cadences[part].at(0.5); }),
               list_of(rounds, [&](const Round& r) { return r.cadences[part].at(0.99); }),
               list_of(rounds, [&](const Round& r) { return r.cadences[part].late.back(); }),
               list_of(rounds, [&](const Round& r) { return double(r.cadences[part].lost); }));
  }
  fmt::print(",\"refused_per_second\":{},\"again_ms\":{},\"ticks_skipped\":{:.0f}}}\n",
             list_of(rounds, [](const Round& r) { return static_cast<double>(r.refused) / r.seconds; }),
             list_of(rounds, [](const Round& r) { return r.again_ms; }),
             sample(after, "tonearm_media_ticks_skipped_total") -
                 sample(before, "tonearm_media_ticks_skipped_total"));
}

}  // namespace
}  // namespace tonearm::bench

int main(int count, char** words) {
  using namespace tonearm::bench;
  FloodSettings settings;
  CLI::App app("A server that is full, and a flood of ten calls for each that it can carry.", "call_flood");
  add_server(app, settings.server);
  add_count(app, "--calls", settings.calls, "calls that it can carry")->check(CLI::Range(2u, 10'000u));
  add_count(app, "--rounds", settings.rounds, "how often all is measured");
  add_count(app, "--seconds", settings.seconds, "of each measurement");
  return drive(app, count, words, [&] { run_flood(settings); });
}
