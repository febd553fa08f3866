#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <fstream>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/caller/caller.hpp"
#include "cli/caller/wav_file.hpp"
#include "cli/signals.hpp"
#include "cli/subcommands.hpp"

namespace tonearm::cli {
namespace {

using Kind = CallProgress::Kind;
namespace json = boost::json;

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::ringing:
      return "ringing";
    case Kind::answered:
      return "answered";
    case Kind::refused:
      return "refused";
    case Kind::no_answer:
      return "no_answer";
    case Kind::hung_up:
      return "hung_up";
  }
  return "";
}

int exit_of(Kind kind) {
  switch (kind) {
    case Kind::refused:
      return kExitRefused;
    case Kind::no_answer:
      return kExitNoAnswer;
    default:
      return kExitGood;
  }
}

/// Prints each step, lets the main thread wait for one.
class CallLog {
 public:
  explicit CallLog(bool as_json) : json_(as_json) {}

  void on_progress(const CallProgress& progress) {
    print(progress);
    const std::lock_guard lock(mutex_);
    begun_ = true;
    if (progress.kind == Kind::answered) answered_ = true;
    if (progress.kind != Kind::answered && progress.kind != Kind::ringing) end_ = progress.kind;
    changed_.notify_all();
  }
  void interrupt() {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    changed_.notify_all();
  }
  /// False if interrupted first.
  bool wait_for_answer_or_end() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return answered_ || end_ || interrupted_; });
    return !interrupted_;
  }
  /// A call rings or more.
  [[nodiscard]] bool begun() {
    const std::lock_guard lock(mutex_);
    return begun_;
  }
  /// 0 = as long as it takes.
  std::optional<Kind> wait_for_end(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    const auto ended = [this] { return end_.has_value(); };
    if (patience.count() == 0) {
      changed_.wait(lock, ended);
    } else {
      changed_.wait_for(lock, patience, ended);
    }
    return end_;
  }
  void say(std::string_view event, const std::string& text) {
    print_line(monotonic_ns(), event, {{"text", text}}, text);
  }

 private:
  void print(const CallProgress& progress) {
    json::object facts;
    std::string text = progress.text;
    if (progress.status != 0) {
      facts["status"] = progress.status;
      text = fmt::format("{} {}", progress.status, text);
    }
    if (progress.kind == Kind::hung_up) {
      facts["by_far_end"] = progress.by_far_end;
      text = progress.by_far_end ? "by the other side" : "by us";
    }
    if (!progress.text.empty()) facts["text"] = progress.text;
    print_line(progress.at_ns, name_of(progress.kind), facts, text);
  }
  void print_line(std::int64_t at_ns, std::string_view event, const json::object& facts,
                  const std::string& text) {
    if (json_) {
      json::object line{{"ns", at_ns}, {"event", event}};
      for (const auto& [name, value] : facts) line[name] = value;
      fmt::print("{}\n", json::serialize(line));
    } else {
      fmt::print("{:8.3f} s  {:<10} {}\n", static_cast<double>(at_ns - start_ns_) / 1e9, event, text);
    }
    std::fflush(stdout);
  }

  const bool json_;
  const std::int64_t start_ns_ = monotonic_ns();
  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  bool begun_ = false;
  bool answered_ = false;
  bool interrupted_ = false;
  std::optional<Kind> end_;
};

int fail_with(const std::string& why, int status) {
  std::fprintf(stderr, "tonearm call: %s\n", why.c_str());
  return status;
}

base::Secret first_line_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return base::Secret(std::move(line));
}

/// What was heard, from its first packet on.
base::Result<void> record(const Caller& caller, const std::filesystem::path& file, CallLog& log) {
  const auto& heard = caller.line().heard();
  const Samples samples = loudspeaker(heard, heard.empty() ? 0 : heard.front().arrived_ns);
  log.say("heard", fmt::format("{} packets, {:.2f} s, {:.1f} dBFS", heard.size(),
                               static_cast<double>(samples.size()) / kTelephoneRate, level_dbfs(samples)));
  return file.empty() ? base::Result<void>() : write_wav(file, samples);
}

}  // namespace

int call(const CallOptions& options) {
  Samples voice;
  if (!options.play.empty()) {
    auto read = read_wav(options.play);
    if (!read) return fail_with(read.error().message(), kExitUsage);
    voice = *std::move(read);
  }
  const Signals signals;
  CallLog log(options.json);
  Caller::Setup setup{.uri = options.uri,
                      .from = options.from,
                      .script = {.voice = std::move(voice), .keys = options.dtmf},
                      .username = options.user,
                      .password = first_line_of(options.password_file),
                      .on_progress = [&log](const CallProgress& progress) { log.on_progress(progress); },
                      .on_packet = {}};
  auto caller = options.listen ? Caller::listen(std::move(setup)) : Caller::dial(std::move(setup));
  if (!caller) return fail_with(caller.error().message(), kExitUsage);
  log.say(options.listen ? "listening" : "dialled", options.listen ? (*caller)->address() : options.uri);

  const SignalWatch interrupt(signals, [&](int) {
    (*caller)->hang_up();
    log.interrupt();
  });
  std::optional<Kind> end;
  if (log.wait_for_answer_or_end()) end = log.wait_for_end(options.duration);
  if (!end && options.listen && !log.begun()) return kExitNoAnswer;  // nobody has called
  if (!end) {
    constexpr auto kByeAnsweredWithin = std::chrono::seconds(5);
    (*caller)->hang_up();
    end = log.wait_for_end(kByeAnsweredWithin);
  }
  (*caller)->stop();
  if (const auto written = record(**caller, options.record, log); !written) {
    return fail_with(written.error().message(), kExitFailed);
  }
  return exit_of(end.value_or(Kind::hung_up));
}

}  // namespace tonearm::cli
