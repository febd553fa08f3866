// The real server with webhooks that hang or are dead. Two scenes:
//
//   webhook_load hang --server PATH [--calls 100] [--rate 200] [--seconds 5] [--rounds 5] [--one-destination]
//     N calls on hold, each with a webhook of its own. In turns all of them are well and a tenth hangs, while
//     every call has things to tell. Prints how long the others' notifications took (request sent → webhook
//     called) and the ratio. The hanging webhooks are ports of their own, or with --one-destination paths of
//     the same.
//   webhook_load dead --server PATH [--calls 3000] [--rate 300] [--seconds 20]
//     N calls on hold whose webhooks die, all at once, for that time while things happen, and come back.
//     Prints the server's resident memory before, with the calls up, after as much has happened with the
//     webhooks well (finished operations stay readable), while they wait (the most) and afterwards.
//
// Prints one JSON object. Bounded: every wait has a limit, and then the exit status is 1.

#include <algorithm>
#include <cstdio>
#include <functional>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "command.hpp"
#include "webhook_crowd.hpp"

namespace tonearm::bench {
namespace {

using namespace std::chrono_literals;
using Manner = WebhookHost::Manner;

struct Settings {
  std::string server = {};
  unsigned calls = 0;
  unsigned rate = 0;
  unsigned seconds = 0;
  unsigned rounds = 5;
  bool one_destination = false;
};

std::string path_of(unsigned call) {
  return "/calls/" + std::to_string(call);
}

void wait_drained(const MeasuredServer& server, std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (sample(server.metrics(), "tonearm_notifications_pending") > 0) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("notifications do not drain");
    std::this_thread::sleep_for(50ms);
  }
}

/// The webhooks of all calls; every tenth may hang.
class Webhooks {
 public:
  Webhooks(unsigned calls, bool one_destination) : calls_(calls) {
    hosts_.push_back(std::make_unique<WebhookHost>());
    for (unsigned i = 0; !one_destination && i < (calls + 9) / 10; ++i)
      hosts_.push_back(std::make_unique<WebhookHost>());
  }
  [[nodiscard]] static bool may_hang(std::size_t call) { return call % 10 == 0; }
  [[nodiscard]] WebhookHost& host(unsigned call) {
    return *hosts_[hosts_.size() > 1 && may_hang(call) ? 1 + call / 10 : 0];
  }
  void behave(Manner manner) {
    for (unsigned call = 0; call < calls_; call += 10) host(call).behave(path_of(call), manner);
  }

 private:
  const unsigned calls_;
  std::vector<std::unique_ptr<WebhookHost>> hosts_;
};

/// How long the notifications of calls that never hang took [µs], sorted.
std::vector<double> latencies(const std::vector<Told>& all, Webhooks& webhooks) {
  std::vector<double> times;
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  for (const Told& one : all) {
    if (Webhooks::may_hang(one.call)) continue;
    std::int64_t told = 0;
    while ((told = webhooks.host(static_cast<unsigned>(one.call)).told(one.operation)) == 0) {
      if (std::chrono::steady_clock::now() > deadline)
        throw std::runtime_error("a healthy call was not told");
      std::this_thread::sleep_for(5ms);
    }
    times.push_back(static_cast<double>(told - one.asked_ns) / 1000);
  }
  std::ranges::sort(times);
  return times;
}

double quantile(const std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(sorted.size() * share))];
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return quantile(values, 0.5);
}

void run_hang(const Settings& settings) {
  testing::Bot bot;
  Webhooks webhooks(settings.calls, settings.one_destination);
  const MeasuredServer server(settings.server, bot.url(), false);
  const WebhookCrowd crowd(server, bot, settings.calls,
                           [&](unsigned call) { return webhooks.host(call).url(path_of(call)); });
  const auto window = [&](Manner manner) {
    webhooks.behave(manner);
    const auto all = tell(server, crowd, settings.rate, std::chrono::seconds(settings.seconds));
    auto times = latencies(all, webhooks);
    webhooks.behave(Manner::well);
    wait_drained(server, 60s);
    return times;
  };
  window(Manner::well);  // connections, caches
  std::vector<double> well, beside, ratios;
  for (unsigned round = 0; round < settings.rounds; ++round) {
    // In turns: what gets slower with time meets both alike.
    const bool well_first = round % 2 == 0;
    const auto first = window(well_first ? Manner::well : Manner::hanging);
    const auto second = window(well_first ? Manner::hanging : Manner::well);
    well.push_back(quantile(well_first ? first : second, 0.99));
    beside.push_back(quantile(well_first ? second : first, 0.99));
    ratios.push_back(beside.back() / well.back());
  }
  fmt::print(
      "{{\"calls\":{},\"hanging\":{},\"one_destination\":{},\"p99_us\":[{:.0f}],\"p99_beside_hanging_us\":[{:"
      ".0f}],"
      "\"ratios\":[{:.3f}],\"p99_us_median\":{:.0f},\"p99_beside_hanging_us_median\":{:.0f},\"ratio\":{:.3f}}"
      "}\n",
      settings.calls, (settings.calls + 9) / 10, settings.one_destination, fmt::join(well, ","),
      fmt::join(beside, ","), fmt::join(ratios, ","), median(well), median(beside), median(ratios));
}

double megabytes(std::size_t bytes) {
  return static_cast<double>(bytes) / (1024 * 1024);
}

void run_dead(const Settings& settings) {
  testing::Bot bot;
  WebhookHost host;
  const MeasuredServer server(settings.server, bot.url(), false, "dead_bot_after = \"24h\"\n");
  const std::size_t empty = server.resident();
  const WebhookCrowd crowd(server, bot, settings.calls, [&](unsigned) { return host.url("/calls"); });
  tell(server, crowd, settings.rate, 2s);  // what is allocated once
  wait_drained(server, 60s);
  const std::size_t up = server.resident();
  tell(server, crowd, settings.rate, std::chrono::seconds(settings.seconds));
  wait_drained(server, 60s);
  const std::size_t well = server.resident();

  host.behave("/calls", Manner::dead);
  std::atomic<std::size_t> most = 0;
  std::jthread watch([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      most = std::max(most.load(), server.resident());
      std::this_thread::sleep_for(100ms);
    }
  });
  tell(server, crowd, settings.rate, std::chrono::seconds(settings.seconds));
  const std::string page = server.metrics();
  watch.request_stop();
  watch.join();
  host.behave("/calls", Manner::well);
  const auto begin = std::chrono::steady_clock::now();
  wait_drained(server, 120s);
  const std::chrono::duration<double> drained = std::chrono::steady_clock::now() - begin;
  fmt::print(
      "{{\"calls\":{},\"seconds\":{},\"empty_mb\":{:.1f},\"up_mb\":{:.1f},\"well_mb\":{:.1f},"
      "\"dead_most_mb\":{:.1f},\"after_mb\":{:.1f},\"waiting\":{:.0f},\"parked\":{:.0f},"
      "\"attempts_failed\":{:.0f},\"drained_seconds\":{:.1f}}}\n",
      settings.calls, settings.seconds, megabytes(empty), megabytes(up), megabytes(well), megabytes(most),
      megabytes(server.resident()), sample(page, "tonearm_notifications_pending"),
      sample(page, "tonearm_notifications_parked_total"),
      sample(page, "tonearm_notifications_failed_attempts_total"), drained.count());
}

}  // namespace
}  // namespace tonearm::bench

int main(int count, char** words) {
  using namespace tonearm::bench;
  Settings hang{.calls = 100, .rate = 200, .seconds = 5};
  Settings dead{.calls = 3000, .rate = 300, .seconds = 20};
  std::function<void()> scene;
  CLI::App app("The real server with webhooks that hang or are dead. Prints one JSON object.",
               "webhook_load");
  app.require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Settings& settings, void (*run)(const Settings&)) {
    CLI::App* sub = app.add_subcommand(name, help);
    sub->callback([&settings, &scene, run] { scene = [&settings, run] { run(settings); }; });
    add_server(*sub, settings.server);
    add_count(*sub, "--calls", settings.calls, "calls on hold")->check(CLI::Range(10u, 100'000u));
    add_count(*sub, "--rate", settings.rate, "things that happen, a second");
    add_count(*sub, "--seconds", settings.seconds, "of each measurement");
    return sub;
  };
  CLI::App* sub = add("hang", "notifications of healthy calls beside webhooks that hang", hang, run_hang);
  add_count(*sub, "--rounds", hang.rounds, "in turns with and without");
  sub->add_flag("--one-destination", hang.one_destination, "those that hang are paths of the same host");
  add("dead", "memory while all webhooks are dead", dead, run_dead);
  return drive(app, count, words, [&] { scene(); });
}
