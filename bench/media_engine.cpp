// The engine alone, without signalling and API: N sessions that play a prompt for ever while their callers
// send, or that are joined two by two and pass on what their callers send, on one media thread. To be
// compared with duplex_loop, which moves the same packets and does nothing else.
//
//   media_engine [--calls 500] [--seconds 10] [--backend uring|mmsg] [--relay] [--json]

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

#include "base/log.hpp"
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
    if (what_ == What::pin) {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET(0, &set);
      ::pthread_setaffinity_np(::pthread_self(), sizeof set, &set);
    }
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

Settings parse(int count, char** words) {
  Settings settings;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const std::string_view value = i + 1 < count ? words[i + 1] : "";
    if (word == "--calls")
      settings.calls = static_cast<unsigned>(std::atoi(value.data()));
    else if (word == "--seconds")
      settings.seconds = static_cast<unsigned>(std::atoi(value.data()));
    else if (word == "--backend")
      settings.backend = value == "mmsg" ? media::IoBackend::mmsg : media::IoBackend::uring;
    else if (word == "--relay")
      settings.relay = true;
    else if (word == "--json")
      settings.json = true;
  }
  if (settings.calls == 0 || settings.seconds == 0 || (settings.relay && settings.calls % 2 != 0)) {
    std::fprintf(stderr,
                 "usage: media_engine [--calls N] [--seconds N] [--backend uring|mmsg] [--relay] [--json]\n"
                 "--relay joins them two by two: N must be even\n");
    std::exit(2);
  }
  return settings;
}

void be_callers(std::vector<std::unique_ptr<Phone>>& phones, const std::vector<base::Endpoint>& to,
                const std::atomic<bool>& stop) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(1, &set);
  ::pthread_setaffinity_np(::pthread_self(), sizeof set, &set);
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
  const Settings settings = parse(count, words);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
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
