#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>

#include <fmt/format.h>

#include "cli/caller/caller.hpp"
#include "cli/demo/hearing.hpp"
#include "cli/demo/narrator.hpp"
#include "cli/demo/report.hpp"
#include "cli/demo/stage.hpp"
#include "cli/demo/verdict.hpp"
#include "cli/signals.hpp"
#include "cli/subcommands.hpp"

namespace tonearm::cli {
namespace {

using Kind = CallProgress::Kind;

/// A call takes some six seconds; more than these, and it has gone wrong also on a busy machine.
constexpr auto kAnswerWithin = std::chrono::seconds(20);
constexpr auto kCallWithin = std::chrono::seconds(60);
constexpr double kVoiceSeconds = 30;

std::filesystem::path own_binary() {
  return std::filesystem::canonical("/proc/self/exe");
}

/// Where the build puts it, and where a package does.
std::filesystem::path find_bot(const std::filesystem::path& asked) {
  if (!asked.empty()) return std::filesystem::absolute(asked);
  const std::filesystem::path here = own_binary().parent_path();
  for (const char* place : {"examples/bot/example_bot", "example_bot"}) {
    if (std::filesystem::exists(here / place)) return here / place;
  }
  return {};
}

/// What has happened so far, told by several threads, waited for by one.
class Board {
 public:
  template <class Change>
  void post(const Change& change) {
    const std::lock_guard lock(mutex_);
    change(*this);
    changed_.notify_all();
  }
  /// False if `done` did not come true in time.
  template <class Condition>
  bool wait(std::chrono::milliseconds patience, const Condition& done) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return done(*this); });
  }

  template <class Question>
  auto read(const Question& question) {
    const std::lock_guard lock(mutex_);
    return question(*this);
  }

  // all guarded by mutex_: only within the functions above
  std::vector<BotEvent> bot;
  std::optional<std::int64_t> answered_ns;
  std::optional<std::int64_t> hung_up_ns;
  bool call_over = false;
  bool bot_done = false;
  std::string broken;  ///< Why it cannot go on.

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

class Demo {
 public:
  explicit Demo(const DemoOptions& options) : options_(options), narrator_(terminal_style()) {}

  int run() {
    const Signals signals;
    const SignalWatch interrupt(
        signals, [this](int) { board_.post([](Board& board) { board.broken = "Interrupted."; }); });
    const auto bot = find_bot(options_.bot);
    if (bot.empty())
      return give_up("the example bot is not built: build target example_bot, or say --bot PATH");
    std::error_code error;
    std::filesystem::create_directories(options_.output, error);
    if (error) return give_up(options_.output.string() + ": " + error.message());
    auto prompts = Prompts::read(bot.parent_path() / "audio");
    if (!prompts) return give_up(prompts.error().message());
    evidence_.prompts = *std::move(prompts);
    if (auto played = play(bot); !played) return give_up(played.error().message());
    return report();
  }

 private:
  int give_up(const std::string& why) {
    std::fprintf(stderr, "tonearm demo: %s\n", why.c_str());
    return kExitFailed;
  }

  /// From the server's start to its end. What was seen is then in `evidence_` and `sound_`.
  base::Result<void> play(const std::filesystem::path& bot) {
    narrator_.start_clock(monotonic_ns());
    narrator_.say("Starting a server and the example bot on this machine.");
    auto stage = Stage::build({.server = own_binary(),
                               .bot = bot,
                               .logs = options_.output,
                               .verbose = options_.verbose,
                               .on_bot_event = [this](const BotEvent& event) { on_bot_event(event); },
                               .on_end = [this](const std::string& who) { on_end(who); }});
    if (!stage) return std::unexpected(stage.error());
    narrator_.say((*stage)->ready_line());

    const std::int64_t dialled_ns = monotonic_ns();
    narrator_.start_clock(dialled_ns);
    const std::string uri = (*stage)->sip_uri();
    narrator_.tell(dialled_ns, "caller", "dials " + uri);
    Hearing hearing(evidence_.prompts,
                    [this](std::int64_t at, const std::string& text) { narrator_.tell(at, "caller", text); });
    auto caller =
        Caller::dial({.uri = uri,
                      .from = {},
                      .script = {.voice = hum(kVoiceSeconds), .keys = {}},
                      .on_progress = [this](const CallProgress& progress) { on_progress(progress); },
                      .on_packet = [&hearing](const HeardPacket& packet) { hearing.on_packet(packet); }});
    if (!caller) return std::unexpected(caller.error());
    wait_for_the_end();
    const bool over = board_.read([](const Board& board) { return board.call_over; });
    if (!over) (*caller)->hang_up();
    board_.wait(std::chrono::seconds(1), [](const Board& board) { return board.call_over; });
    stopping_ = true;
    (*caller)->stop();
    (*stage)->take_down();
    collect(**caller, dialled_ns);
    return {};
  }

  void wait_for_the_end() {
    const bool answered = board_.wait(kAnswerWithin, [](const Board& board) {
      return board.answered_ns || board.call_over || !board.broken.empty();
    });
    if (!answered) return narrator_.say("Nobody answers.");
    const bool over = board_.wait(kCallWithin, [](const Board& board) {
      return (board.call_over && board.bot_done) || !board.broken.empty();
    });
    const std::string broken = board_.read([](const Board& board) { return board.broken; });
    if (!broken.empty()) return narrator_.say(broken);
    if (!over) narrator_.say("The call does not come to its end.");
  }

  void collect(const Caller& caller, std::int64_t dialled_ns) {
    evidence_.heard = caller.line().heard();
    board_.read([this](const Board& board) {
      evidence_.bot = board.bot;
      evidence_.answered_ns = board.answered_ns;
      evidence_.hung_up_ns = board.hung_up_ns;
    });
    sound_.heard = loudspeaker(evidence_.heard, dialled_ns);
    const std::int64_t before_ns = std::max<std::int64_t>(0, caller.line().said_from_ns() - dialled_ns);
    sound_.said.assign(static_cast<std::size_t>(before_ns / (1'000'000'000 / kTelephoneRate)), 0);
    sound_.said.insert(sound_.said.end(), caller.line().said().begin(), caller.line().said().end());
  }

  int report() {
    const Findings findings = examine(evidence_);
    const std::vector<Check> checks = judge(evidence_, findings);
    const auto failed = std::ranges::count_if(checks, [](const Check& check) { return !check.ok; });
    narrator_.say("\n" + picture_of(sound_, evidence_, findings, narrator_));
    narrator_.say(times_of(findings, narrator_));
    narrator_.say(list_of(checks, narrator_.style()));
    const auto written = write_sound(sound_, options_.output);
    if (!written) return give_up(written.error().message());
    const auto folder = std::filesystem::absolute(options_.output).lexically_normal();
    narrator_.say(
        fmt::format("The call's sound: {0}/caller-heard.wav, {0}/caller-said.wav", folder.string()));
    if (failed == 0) {
      narrator_.say("Everything happened as it should.");
      return kExitGood;
    }
    narrator_.say(
        fmt::format("{} of {} checks failed; the logs are in {}", failed, checks.size(), folder.string()));
    return kExitFailed;
  }

  // ---- called on other threads

  void on_bot_event(const BotEvent& event) {
    const std::string text = describe(event);
    const std::int64_t at = event.answered_ns != 0 ? event.answered_ns : event.at_ns;
    if (!text.empty()) narrator_.tell(at, "bot", text);
    board_.post([&](Board& board) {
      board.bot.push_back(event);
      if (event.event == "over") board.bot_done = true;
      if (event.event == "gave_up") board.broken = "The bot has given up.";
    });
  }

  void on_end(const std::string& who) {
    if (stopping_) return;
    board_.post([&](Board& board) { board.broken = "The " + who + " has ended before its time."; });
  }

  void on_progress(const CallProgress& progress) {
    std::string text;
    switch (progress.kind) {
      case Kind::ringing:
        text = "hears it ring";
        break;
      case Kind::answered:
        text = "is connected: " + progress.text;
        break;
      case Kind::refused:
        text = fmt::format("is refused: {} {}", progress.status, progress.text);
        break;
      case Kind::no_answer:
        text = "gets no answer";
        break;
      case Kind::hung_up:
        text = progress.by_far_end ? "is hung up on (BYE)" : "hangs up";
        break;
    }
    narrator_.tell(progress.at_ns, "caller", text);
    board_.post([&](Board& board) {
      if (progress.kind == Kind::ringing) return;
      if (progress.kind == Kind::answered) {
        board.answered_ns = progress.at_ns;
        return;
      }
      board.call_over = true;
      if (progress.kind == Kind::hung_up && progress.by_far_end) board.hung_up_ns = progress.at_ns;
    });
  }

  const DemoOptions options_;
  Narrator narrator_;
  Board board_;
  std::atomic<bool> stopping_{false};
  Evidence evidence_;
  CallSound sound_;
};

}  // namespace

int demo(const DemoOptions& options) {
  return Demo(options).run();
}

}  // namespace tonearm::cli
