#include <algorithm>
#include <atomic>
#include <cstdio>

#include <fmt/format.h>

#include "cli/caller/caller.hpp"
#include "cli/caller/wav_file.hpp"
#include "cli/demo/board.hpp"
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

/// Both calls take some fifteen seconds; more than these, and it has gone wrong also on a busy machine.
constexpr auto kAnswerWithin = std::chrono::seconds(20);
constexpr auto kCallWithin = std::chrono::seconds(60);

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

/// For people; `called`: it was this telephone that was called.
std::string words_for(const CallProgress& progress, bool called) {
  switch (progress.kind) {
    case Kind::ringing:
      return called ? "rings, and is picked up" : "hears it ring";
    case Kind::answered:
      return "is connected: " + progress.text;
    case Kind::refused:
      return fmt::format("is refused: {} {}", progress.status, progress.text);
    case Kind::no_answer:
      return "gets no answer";
    case Kind::hung_up:
      return progress.by_far_end ? "is hung up on (BYE)" : "hangs up";
  }
  return {};
}

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
    std::filesystem::remove(message_file(), error);  // of an earlier demo
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

  [[nodiscard]] std::filesystem::path message_file() const {
    return std::filesystem::absolute(options_.output) / "bot-recorded.wav";
  }

  /// From the server's start to its end. What was seen is then in `evidence_` and `sound_`.
  base::Result<void> play(const std::filesystem::path& bot) {
    narrator_.start_clock(monotonic_ns());
    narrator_.say("Starting a server and the example bot on this machine.");
    Hearing phone_hears(evidence_.prompts, teller("phone"));
    auto phone =
        Caller::listen({.uri = "sip:ada@127.0.0.1",
                        .from = {},
                        .script = {},
                        .on_progress = telephone("phone", &Board::phone),
                        .on_packet = [&](const HeardPacket& packet) { phone_hears.on_packet(packet); },
                        .port = 0});
    if (!phone) return std::unexpected(phone.error());
    auto stage = Stage::build({.server = own_binary(),
                               .bot = bot,
                               .phone = (*phone)->address(),
                               .message = message_file(),
                               .logs = options_.output,
                               .verbose = options_.verbose,
                               .on_bot_event = [this](const BotEvent& event) { on_bot_event(event); },
                               .on_end = [this](const std::string& who) { on_end(who); }});
    if (!stage) return std::unexpected(stage.error());
    narrator_.say((*stage)->ready_line());

    dialled_ns_ = monotonic_ns();
    narrator_.start_clock(dialled_ns_);
    const std::string uri = (*stage)->sip_uri();
    narrator_.tell(dialled_ns_, "caller", "dials " + uri);
    Hearing caller_hears(evidence_.prompts, teller("caller"),
                         [this] { board_.post([](Board& board) { board.beep_over = true; }); });
    auto caller =
        Caller::dial({.uri = uri,
                      .from = {},
                      .script = {},
                      .on_progress = telephone("caller", &Board::caller),
                      .on_packet = [&](const HeardPacket& packet) { caller_hears.on_packet(packet); },
                      .on_key = [this](char key, std::int64_t at) { on_key(key, at); }});
    if (!caller) return std::unexpected(caller.error());
    be_the_caller(**caller);
    hang_up(**caller, &Board::caller);
    hang_up(**phone, &Board::phone);
    stopping_ = true;
    (*caller)->stop();
    (*phone)->stop();
    (*stage)->take_down();
    collect(**caller, **phone);
    return {};
  }

  /// Until both calls are over, or it cannot go on.
  void be_the_caller(Caller& caller) {
    const auto wait = [this](std::chrono::seconds patience, const auto& done) {
      return board_.wait(patience, [&](const Board& board) { return done(board) || !board.broken.empty(); });
    };
    if (!wait(kAnswerWithin,
              [](const Board& board) { return board.caller.answered_ns || board.caller.over; }))
      return narrator_.say("Nobody answers.");
    const bool came =
        wait(kCallWithin, [](const Board& board) { return board.beep_over || board.caller.over; });
    if (came && board_.read([](const Board& board) { return board.beep_over && !board.caller.over; })) {
      leave_message(caller);
    }
    constexpr int kCalls = 2;
    const bool over = came && wait(kCallWithin, [](const Board& board) {
                        return board.caller.over && board.phone.over && board.calls_over == kCalls;
                      });
    const std::string broken = board_.read([](const Board& board) { return board.broken; });
    if (!broken.empty()) return narrator_.say(broken);
    if (!over) narrator_.say("The calls do not come to their end.");
  }

  void leave_message(Caller& caller) {
    const Samples breath(kTelephoneRate * 3 / 10, 0);  // nobody answers to a beep at once
    const Samples& speech = evidence_.prompts.speech;
    narrator_.tell(monotonic_ns(), "caller",
                   fmt::format("takes a breath and speaks for {} ms", speech.size() * 1000 / kTelephoneRate));
    caller.say(breath);
    caller.say(speech);
    caller.say(breath);
    caller.press("#");
  }

  /// If nobody else has.
  void hang_up(Caller& telephone, TelephoneState Board::*state) {
    const auto over = [state](const Board& board) { return (board.*state).over; };
    if (board_.read(over)) return;
    telephone.hang_up();
    board_.wait(std::chrono::seconds(1), over);
  }

  void collect(const Caller& caller, const Caller& phone) {
    board_.read([this](const Board& board) {
      const auto first = std::ranges::find(board.bot, "created", &BotEvent::change);
      for (const BotEvent& event : board.bot) {
        const bool is_first = first != board.bot.end() && event.call == first->call;
        if (!event.call.empty()) (is_first ? evidence_.call : evidence_.back).bot.push_back(event);
      }
      note(evidence_.call, board.caller);
      note(evidence_.back, board.phone);
      evidence_.pressed_ns = board.pressed_ns;
    });
    evidence_.call.heard = caller.line().heard();
    evidence_.back.heard = phone.line().heard();
    if (auto recorded = read_wav(message_file())) evidence_.recorded = *std::move(recorded);
    sound_.heard = loudspeaker(evidence_.call.heard, dialled_ns_);
    const std::int64_t before_ns = std::max<std::int64_t>(0, caller.line().said_from_ns() - dialled_ns_);
    sound_.said.assign(static_cast<std::size_t>(before_ns / (1'000'000'000 / kTelephoneRate)), 0);
    sound_.said.insert(sound_.said.end(), caller.line().said().begin(), caller.line().said().end());
    sound_.said.resize(std::min(sound_.said.size(), sound_.heard.size()));  // its line outlives the call
  }

  static void note(SeenCall& call, const TelephoneState& telephone) {
    call.rang_ns = telephone.rang_ns;
    call.answered_ns = telephone.answered_ns;
    call.hung_up_ns = telephone.hung_up_ns;
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
    narrator_.say(fmt::format("To listen to, in {}: caller-heard.wav, caller-said.wav, bot-recorded.wav",
                              folder.string()));
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
      if (event.event == "over") ++board.calls_over;
      if (event.event == "gave_up") board.broken = "The bot has given up.";
    });
  }

  void on_end(const std::string& who) {
    if (stopping_) return;
    board_.post([&](Board& board) { board.broken = "The " + who + " has ended before its time."; });
  }

  void on_key(char key, std::int64_t at_ns) {
    narrator_.tell(at_ns, "caller", fmt::format("presses {}", key));
    board_.post([at_ns](Board& board) { board.pressed_ns = at_ns; });
  }

  Hearing::Teller teller(const char* who) {
    return [this, who](std::int64_t at, const std::string& text) { narrator_.tell(at, who, text); };
  }

  std::function<void(const CallProgress&)> telephone(const char* who, TelephoneState Board::*state) {
    return [this, who, state](const CallProgress& progress) {
      narrator_.tell(progress.at_ns, who, words_for(progress, state == &Board::phone));
      board_.post([&](Board& board) { (board.*state).note(progress); });
    };
  }

  const DemoOptions options_;
  Narrator narrator_;
  Board board_;
  std::atomic<bool> stopping_{false};
  std::int64_t dialled_ns_ = 0;
  Evidence evidence_;
  CallSound sound_;
};

}  // namespace

int demo(const DemoOptions& options) {
  return Demo(options).run();
}

}  // namespace tonearm::cli
