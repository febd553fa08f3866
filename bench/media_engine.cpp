// The engine alone, without signalling and API: N sessions that play a prompt for ever while their callers
// send, or that are joined two by two and pass on what their callers send, on one media thread. To be
// compared with duplex_loop, which moves the same packets and does nothing else.
//
//   media_engine [--calls 500] [--seconds 10] [--backend uring|mmsg] [--relay] [--json]

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>
#include <time.h>

#include "base/log.hpp"
#include "callers.hpp"
#include "command.hpp"
#include "media/engine.hpp"
#include "media/relay.hpp"
#include "media/testing/fake_fetcher.hpp"
#include "media/testing/phone.hpp"

namespace {

using namespace tonearm;
using tonearm::media::testing::Phone;

/// Asks the media thread for its CPU time, or ties it to a core.
class Question final : public media::Mail {
 public:
  enum class What { cpu, pin };
  Question(What what, std::atomic<double>& answer) : what_(what), answer_(answer) {}
  Fate arrive(media::MediaThread&) override {
    if (what_ == What::pin) bench::pin_to(0);
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    value_ = static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    return Fate::deliver;
  }
  void deliver() override {
    answer_ = value_;
    answer_.notify_all();
    delete this;
  }

 private:
  const What what_;
  std::atomic<double>& answer_;
  double value_ = 0;
};

double ask(media::MediaThread& thread, Question::What what) {
  std::atomic<double> answer{-1};
  thread.post(*new Question(what, answer));
  answer.wait(-1);
  return answer;
}

/// Upper bound of the bucket that a share of the values lies within [µs].
double quantile(const media::HistogramSnapshot& after, const media::HistogramSnapshot& before, double share) {
  const auto total = static_cast<double>(after.count() - before.count());
  double seen = 0;
  for (std::size_t i = 0; i < media::kBucketMicroseconds.size(); ++i) {
    seen += static_cast<double>(after.buckets[i] - before.buckets[i]);
    if (seen >= total * share) return media::kBucketMicroseconds[i];
  }
  return 1e6;
}

struct Settings {
  unsigned calls = 500;
  unsigned seconds = 10;
  media::IoBackend backend = media::IoBackend::automatic;
  bool relay = false;
  bool json = false;
};

void be_callers(std::vector<std::unique_ptr<Phone>>& phones, const std::vector<base::Endpoint>& to,
                const std::atomic<bool>& stop) {
  bench::pin_to(1);
  const auto start = base::SteadyClock::now();
  for (std::uint64_t tick = 1; !stop; ++tick) {
    std::this_thread::sleep_until(start + base::milliseconds(tick));
    for (std::size_t i = tick % 20; i < phones.size(); i += 20) {
      phones[i]->listen();
      phones[i]->heard.clear();
      phones[i]->speak(to[i]);
    }
  }
}

[[noreturn]] void fail(const base::Error& error) {
  std::fprintf(stderr, "%s\n", error.message().c_str());
  std::exit(1);
}

std::shared_ptr<media::Session> open_session(media::Engine& engine, const Phone& phone) {
  media::StreamSettings stream;
  stream.remote = phone.address();
  auto session =
      engine.open({.sink = [](const media::Report&) {}, .settings = stream, .address = {}, .tap = {}});
  if (!session) fail(session.error());
  return *session;
}

void play_for_ever(const std::vector<std::shared_ptr<media::Session>>& sessions) {
  const auto prompt = std::make_shared<media::EncodedPrompt>();
  for (auto& audio : prompt->audio) audio.assign(500 * media::kFrameBytes, 0x11);
  for (const auto& session : sessions) {
    media::PlayRequest play{.items = {}, .forever = true};
    play.items.push_back({.key = {}, .loops = 1, .prompt = prompt});
    session->post_prepare(1, std::move(play));
    session->post_start(1);
  }
}

void join_two_by_two(const std::vector<std::shared_ptr<media::Session>>& sessions) {
  for (std::size_t i = 0; i < sessions.size(); i += 2) {
    const auto there = std::make_shared<media::RelayRing>(media::Relay::kRing);
    const auto back = std::make_shared<media::RelayRing>(media::Relay::kRing);
    sessions[i]->post_relay(std::make_unique<media::Relay>(back, there));
    sessions[i + 1]->post_relay(std::make_unique<media::Relay>(there, back));
  }
}

}  // namespace

int main(int count, char** words) {
  Settings settings;
  CLI::App app("The media engine alone, without signalling and API.", "media_engine");
  bench::add_count(app, "--calls", settings.calls, "sessions; with --relay rounded up to an even number");
  bench::add_count(app, "--seconds", settings.seconds, "of the measurement");
  std::string backend;
  app.add_option("--backend", backend, "one of the two, not the better one that there is")
      ->check(CLI::IsMember({"uring", "mmsg"}));
  app.add_flag("--relay", settings.relay, "sessions are joined two by two and pass on what they hear");
  app.add_flag("--json", settings.json, "print one JSON object");
  bench::parse(app, count, words);
  if (backend == "uring") settings.backend = media::IoBackend::uring;
  if (backend == "mmsg") settings.backend = media::IoBackend::mmsg;
  if (settings.relay) settings.calls += settings.calls % 2;
  bench::raise_descriptors();
  spdlog::set_level(spdlog::level::warn);

  media::testing::FakeFetcher fetcher;
  media::EngineOptions options;
  options.ports = {.first = 20000, .last = 49999};
  options.backend = settings.backend;
  auto engine = media::Engine::start(options, fetcher);
  if (!engine) fail(engine.error());

  std::vector<std::unique_ptr<Phone>> phones;
  std::vector<std::shared_ptr<media::Session>> sessions;
  std::vector<base::Endpoint> to;
  for (unsigned i = 0; i < settings.calls; ++i) {
    phones.push_back(std::make_unique<Phone>());
    sessions.push_back(open_session(**engine, *phones.back()));
    to.push_back(sessions.back()->local_rtp());
  }
  if (settings.relay)
    join_two_by_two(sessions);
  else
    play_for_ever(sessions);
  std::atomic<bool> stop{false};
  std::thread callers([&] { be_callers(phones, to, stop); });

  media::MediaThread& thread = (*engine)->thread(0);
  ask(thread, Question::What::pin);
  std::this_thread::sleep_for(base::seconds(1));
  const double cpu_before = ask(thread, Question::What::cpu);
  const media::MediaSnapshot before = (*engine)->metrics();
  std::this_thread::sleep_for(base::seconds(settings.seconds));
  const double cpu = ask(thread, Question::What::cpu) - cpu_before;
  const media::MediaSnapshot after = (*engine)->metrics();
  stop = true;
  callers.join();

  std::printf(
      settings.json
          ? "{\"calls\":%u,\"seconds\":%u,\"relay\":%s,\"backend\":\"%s\",\"cpu_us_per_call_and_tick\":%"
            ".3f,\"cpu_share\":%.4f,"
            "\"lateness_p99_us\":%.0f,\"sent\":%llu,\"received\":%llu,\"dropped\":%llu}\n"
          : "calls %u, %u s, %s, %s: %.3f µs CPU per call and tick (%.4f of a core), lateness "
            "p99 ≤ %.0f µs, sent "
            "%llu, received %llu, dropped %llu\n",
      settings.calls, settings.seconds,
      settings.json ? (settings.relay ? "true" : "false") : (settings.relay ? "relayed" : "played"),
      thread.backend().data(), cpu * 1e6 / (static_cast<double>(settings.calls) * settings.seconds * 50),
      cpu / settings.seconds, quantile(after.lateness, before.lateness, 0.99),
      static_cast<unsigned long long>(after.packets_sent - before.packets_sent),
      static_cast<unsigned long long>(after.packets_received - before.packets_received),
      static_cast<unsigned long long>(after.send_dropped - before.send_dropped));
}
