// The real server under load, all of it on core 0; everybody else on core 1. Two scenes:
//
//   call_load load    --server PATH [--calls 500] [--seconds 5] [--hold] [--in-band-keys]
//     N calls come in by SIP, a bot answers each and plays a prompt for ever (with --hold nobody does:
//     auto_answer takes the calls, the server sends silence), callers send 50 packets/s each. Prints CPU of
//     the whole process per call and tick, and tick lateness. With --in-band-keys the callers offer no
//     telephone-event.
//   call_load latency --server PATH [--calls 0] [--cancels 200] [--gaps 200]
//     Besides N such calls, one more plays and cancels at random phases, queues prompts and presses keys, and
//     others come and go. Prints how long cancels, keys and set-ups took and what pauses lay between prompts.
//   call_load record  --server PATH [--calls 1000] [--seconds 10]
//     N calls come in and each is recorded, then cancelled. Prints CPU of the whole process per call and
//     tick, and how much of what was said is in the records.
//
// Prints one JSON object. Bounded: every wait has a limit, and then the exit status is 1.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>

#include <fmt/format.h>

#include "command.hpp"
#include "crowd_bot.hpp"
#include "measured_server.hpp"
#include "probe_call.hpp"
#include "sip_crowd.hpp"

namespace tonearm::bench {
namespace {

using namespace std::chrono_literals;

constexpr double kTicksPerSecond = 50;
constexpr int kPromptsInARow = 21;  // with 20 pauses between them

struct Settings {
  std::string server = {};
  unsigned calls = 0;
  unsigned seconds = 5;
  unsigned cancels = 200;
  unsigned gaps = 200;
  unsigned keys = 200;
  unsigned setups = 100;
  bool hold = false;
  bool in_band_keys = false;
};

/// Calls that are up, playing and spoken to, until it goes.
class Load {
 public:
  /// No task: nobody waits for a bot.
  Load(const MeasuredServer& server, testing::Bot& bot, unsigned calls, std::optional<CrowdBot::Task> task,
       bool in_band_keys = false)
      : callers_(calls), crowd_(server.sip(), callers_, in_band_keys) {
    if (calls == 0) return;
    const CrowdBot busy(server, bot, task.value_or(CrowdBot::Task::play));
    if (crowd_.establish(60s) != calls) throw std::runtime_error("not all calls were answered");
    callers_.start();
    if (!task) return;
    if (!busy.wait_accepted(calls, 60s)) throw std::runtime_error("not all calls play or record");
    accepted_ = busy.accepted();
  }
  ~Load() { crowd_.hang_up(20s); }
  Load(const Load&) = delete;

  [[nodiscard]] const Callers& callers() const { return callers_; }
  [[nodiscard]] const std::vector<CrowdBot::Accepted>& accepted() const { return accepted_; }

 private:
  std::vector<CrowdBot::Accepted> accepted_;
  Callers callers_;
  SipCrowd crowd_;
};

void run_load(const Settings& settings) {
  testing::Bot bot;
  const MeasuredServer server(settings.server, bot.url(), settings.hold);
  const Load load(server, bot, settings.calls,
                  settings.hold ? std::nullopt : std::optional(CrowdBot::Task::play), settings.in_band_keys);
  std::this_thread::sleep_for(2s);  // what the set-up left behind is done

  const std::string before = server.metrics();
  const std::uint64_t heard_before = load.callers().heard();
  const auto start = std::chrono::steady_clock::now();
  const auto cpu_before = server.cpu();
  std::this_thread::sleep_for(std::chrono::seconds(settings.seconds));
  const std::chrono::duration<double, std::micro> cpu = server.cpu() - cpu_before;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const std::uint64_t heard = load.callers().heard() - heard_before;
  const std::string after = server.metrics();

  const auto gained = [&](const char* name) { return sample(after, name) - sample(before, name); };
  const char* lateness = "tonearm_media_tick_lateness_seconds";
  fmt::print(
      "{{\"calls\":{},\"seconds\":{:.3f},\"cpu_us_per_call_and_tick\":{:.3f},\"cpu_share\":{:.4f},"
      "\"lateness_p99_us\":{:.0f},\"sent\":{:.0f},\"received\":{:.0f},\"dropped\":{:.0f},\"heard\":{},"
      "\"ticks_skipped\":{:.0f}}}\n",
      settings.calls, took.count(), cpu.count() / (settings.calls * took.count() * kTicksPerSecond),
      cpu.count() / took.count() / 1e6,
      quantile_between(histogram(before, lateness), histogram(after, lateness), 0.99),
      gained("tonearm_rtp_packets_sent_total"), gained("tonearm_rtp_packets_received_total"),
      gained("tonearm_rtp_send_dropped_total"), heard, gained("tonearm_media_ticks_skipped_total"));
}

/// Of the time between a record's acceptance and its cancel, the share that is in it; the least of all.
double least_recorded(const MeasuredServer& server, testing::Bot& bot, const Load& load) {
  testing::ApiClient api = api_of(server, "/v1.0/communications/calls");
  std::map<std::string, double> lasted_ms;  // by operation
  for (const CrowdBot::Accepted& record : load.accepted()) {
    const auto cancel = api.cancel(record.call);
    if (cancel.status() != 200) throw std::runtime_error("no cancel: " + cancel.response.body);
    lasted_ms[record.operation] = static_cast<double>(cancel.sent_ns - record.answered_ns) / 1e6;
  }
  double least = 1;
  for (const auto& [operation, ms] : lasted_ms) {
    const auto end = bot.wait_operation_end(operation, 60s);
    if (!end) throw std::runtime_error("a record has no ending");
    least = std::min(least, end->data().at("@tonearm.capturedMs").to_number<double>() / ms);
  }
  return least;
}

void run_record(const Settings& settings) {
  testing::Bot bot;
  const MeasuredServer server(settings.server, bot.url(), false);
  const Load load(server, bot, settings.calls, CrowdBot::Task::record);
  std::this_thread::sleep_for(2s);  // what the set-up left behind is done

  const std::string before = server.metrics();
  const auto start = std::chrono::steady_clock::now();
  const auto cpu_before = server.cpu();
  std::this_thread::sleep_for(std::chrono::seconds(settings.seconds));
  const std::chrono::duration<double, std::micro> cpu = server.cpu() - cpu_before;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const std::string after = server.metrics();
  const auto gained = [&](const char* name) { return sample(after, name) - sample(before, name); };
  fmt::print(
      "{{\"calls\":{},\"seconds\":{:.3f},\"cpu_us_per_call_and_tick\":{:.3f},\"cpu_share\":{:.4f},"
      "\"received\":{:.0f},\"ticks_skipped\":{:.0f},\"least_recorded\":{:.4f}}}\n",
      settings.calls, took.count(), cpu.count() / (settings.calls * took.count() * kTicksPerSecond),
      cpu.count() / took.count() / 1e6, gained("tonearm_rtp_packets_received_total"),
      gained("tonearm_media_ticks_skipped_total"), least_recorded(server, bot, load));
}

std::string quantiles(std::vector<double> values) {
  if (values.empty()) return "null";
  std::ranges::sort(values);
  const auto at = [&](double share) {
    return values[std::min(values.size() - 1, static_cast<std::size_t>(values.size() * share))];
  };
  return fmt::format("{{\"p50\":{:.1f},\"p90\":{:.1f},\"p99\":{:.1f},\"max\":{:.1f}}}", at(0.5), at(0.9),
                     at(0.99), values.back());
}

void run_latency(const Settings& settings) {
  testing::Bot bot;
  const MeasuredServer server(settings.server, bot.url(), false);
  const Load load(server, bot, settings.calls, CrowdBot::Task::play);
  ProbeCall probe(server, bot);
  std::vector<double> stop, last_packet, answered, gaps;
  int packets_after = 0;
  std::mt19937 random(20);  // the same phases in every run
  std::uniform_int_distribution<int> phase(0, 20'000);
  for (unsigned i = 0; i < settings.cancels; ++i) {
    const CancelTimes times = probe.cancel_once(std::chrono::microseconds(phase(random)));
    stop.push_back(times.stop);
    last_packet.push_back(times.last_packet);
    answered.push_back(times.answered);
    packets_after += times.packets_after;
  }
  while (gaps.size() < settings.gaps) std::ranges::copy(probe.gaps(kPromptsInARow), std::back_inserter(gaps));
  std::vector<double> keys, setups;
  while (keys.size() < settings.keys)
    keys.push_back(probe.key_once(std::chrono::microseconds(phase(random))));
  while (setups.size() < settings.setups) setups.push_back(probe.set_up_once());
  fmt::print(
      "{{\"calls\":{},\"cancels\":{},\"stop_us\":{},\"last_packet_us\":{},\"answered_us\":{},"
      "\"packets_after_200\":{},\"gaps\":{},\"gap_us\":{},\"keys\":{},\"key_us\":{},\"setups\":{},"
      "\"setup_us\":{}}}\n",
      settings.calls, settings.cancels, quantiles(stop), quantiles(last_packet), quantiles(answered),
      packets_after, gaps.size(), quantiles(gaps), keys.size(), quantiles(keys), setups.size(),
      quantiles(setups));
}

}  // namespace
}  // namespace tonearm::bench

int main(int count, char** words) {
  using namespace tonearm::bench;
  Settings load{.calls = 500};
  Settings latency;
  Settings record{.calls = 1000, .seconds = 10};
  std::function<void()> scene;
  CLI::App app("The real server under load. Prints one JSON object.", "call_load");
  app.require_subcommand(1);

  CLI::App* sub =
      app.add_subcommand("load", "CPU per call and tick, and how late ticks are, beside calls that play");
  sub->callback([&] { scene = [&] { run_load(load); }; });
  add_server(*sub, load.server);
  add_count(*sub, "--calls", load.calls, "calls");
  add_count(*sub, "--seconds", load.seconds, "of the measurement");
  sub->add_flag("--hold", load.hold, "no bot: the server takes the calls itself and sends silence");
  sub->add_flag("--in-band-keys", load.in_band_keys, "callers offer no telephone-event");

  sub = app.add_subcommand("latency", "how long cancels, keys and set-ups take, and pauses between prompts");
  sub->callback([&] { scene = [&] { run_latency(latency); }; });
  add_server(*sub, latency.server);
  sub->add_option("--calls", latency.calls, "calls that play meanwhile")->capture_default_str();
  add_count(*sub, "--cancels", latency.cancels, "cancels");
  add_count(*sub, "--gaps", latency.gaps, "pauses between queued prompts");
  add_count(*sub, "--keys", latency.keys, "keys");
  add_count(*sub, "--setups", latency.setups, "calls that come and go");

  sub = app.add_subcommand("record",
                           "CPU per call and tick while every call is recorded, and what is in the records");
  sub->callback([&] { scene = [&] { run_record(record); }; });
  add_server(*sub, record.server);
  add_count(*sub, "--calls", record.calls, "calls");
  add_count(*sub, "--seconds", record.seconds, "of each record");
  return drive(app, count, words, [&] { scene(); });
}
