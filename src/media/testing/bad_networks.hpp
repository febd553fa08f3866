#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ostream>
#include <string>
#include <vector>

#include "media/testing/bad_path.hpp"
#include "media/testing/far_end.hpp"
#include "media/testing/time_error.hpp"

namespace tonearm::media::testing {

/// A network, or a far end, that calls have to live with, and how true a recording stays there.
/// Threading: a value.
struct BadNetwork {
  std::string name;
  BadPath::Rules path;
  FarEndScript script;
  std::size_t moves = 0;    ///< Frame from which on packets come from another port; 0: never.
  double error_max_ms = 5;  ///< Of the recording's time.
  double found_min = 0.95;  ///< Share of what was said that the recording must have whole.

  /// What a receiver may say of the jitter (RFC 3550 §A.8): a third of its width, more or less.
  [[nodiscard]] bool may_have_jitter_of(std::chrono::duration<double, std::milli> said) const {
    const double width = static_cast<double>(path.jitter.count());
    const bool stands = std::ranges::any_of(script.pauses, &FarEndScript::Pause::timestamps_stand);
    const bool turns = !script.turns.empty();  // jumps of less than a second count
    const double more = path.overtaken > 0 ? 30 : stands ? 60 : turns ? 10 : 2;
    return said.count() >= width / 8 && said.count() <= width * 0.6 + more;
  }
  /// And of losses, where so many packets were lost; those that come while a source is learned anew are lost
  /// too, and those on their way at the end are not known of.
  [[nodiscard]] bool may_have_lost(std::uint64_t said, std::uint64_t lost) const {
    const std::uint64_t learning = moves == 0 ? 0 : 60;
    return said + lost / 4 + 8 >= lost && said <= lost + 8 + learning;
  }
};

/// Keys that were pressed and not told, and those told more often than pressed.
struct KeyCount {
  unsigned pressed = 0;
  unsigned lost = 0;
  unsigned doubled = 0;

  KeyCount() = default;
  KeyCount(const std::string& on_the_phone, const std::string& told)
      : pressed(static_cast<unsigned>(on_the_phone.size())) {
    std::array<int, 128> missing{};
    for (const char key : on_the_phone) ++missing[static_cast<unsigned char>(key)];
    for (const char key : told) --missing[static_cast<unsigned char>(key)];
    for (const int count : missing) (count > 0 ? lost : doubled) += static_cast<unsigned>(std::abs(count));
  }
  KeyCount& operator+=(const KeyCount& other) {
    pressed += other.pressed;
    lost += other.lost;
    doubled += other.doubled;
    return *this;
  }
};

/// A row of the table of docs/bad-networks.md, over some runs.
struct BadNetworkRow {
  std::string name;
  unsigned runs = 0;
  TimeError time;
  KeyCount keys;

  void add(const TimeError& run, const KeyCount& its_keys) {
    ++runs;
    time.most_ms = std::max(time.most_ms, run.most_ms);
    time.looked += run.looked;
    time.found += run.found;
    keys += its_keys;
  }
  [[nodiscard]] std::string to_string() const {
    std::array<char, 160> line{};
    std::snprintf(line.data(), line.size(), "| %-34s | %4u | %6.1f | %5.1f %% | %6u | %4u | %7u |",
                  name.c_str(), runs, time.most_ms, 100 * time.share(), keys.pressed, keys.lost,
                  keys.doubled);
    return line.data();
  }
  static std::string heading() {
    return "| network | runs | time error, most [ms] | heard whole | keys | lost | doubled |";
  }
};

inline void PrintTo(const BadNetwork& network, std::ostream* out) {
  *out << network.name;
}

/// A key every 1.4 s from the second second on, all sixteen in turn, but for the last two seconds.
inline std::vector<FarEndScript::Press> keys_for(std::size_t frames) {
  std::vector<FarEndScript::Press> keys;
  for (std::size_t at = 110; at + 100 < frames; at += 70) keys.push_back({at, Key(keys.size() % 16)});
  return keys;
}

/// A pause of a second in every four.
inline std::vector<FarEndScript::Pause> pauses_for(std::size_t frames, FarEndScript::Pause like) {
  std::vector<FarEndScript::Pause> pauses;
  for (std::size_t at = 130; at + 50 < frames; at += 210) {
    like.from = at;
    like.to = at + 45;
    pauses.push_back(like);
  }
  return pauses;
}

/// Between two keys, again and again.
inline std::vector<FarEndScript::Turn> turns_for(std::size_t frames, FarEndScript::Turn like) {
  std::vector<FarEndScript::Turn> turns;
  for (std::size_t at = 150; at < frames; at += 280) {
    like.frame = at;
    turns.push_back(like);
  }
  return turns;
}

/// All of them, for a stream of so many frames (≥ 300).
inline std::vector<BadNetwork> bad_networks(std::size_t frames) {
  using std::chrono::milliseconds;
  const BadPath::Rules wild{.lost = 0.05, .doubled = 0.05, .overtaken = 0.05, .jitter = milliseconds(60)};
  std::vector<BadNetwork> all{
      {.name = "none", .path = {}, .script = {}},
      {.name = "loss_of_10_percent", .path = {.lost = 0.1}, .script = {}, .found_min = 0.6},
      {.name = "loss_in_bursts", .path = {.bursts = 0.02, .burst_max = 5}, .script = {}, .found_min = 0.8},
      {.name = "delay_of_150_ms", .path = {.delay = milliseconds(150)}, .script = {}},
      {.name = "jitter_of_100_ms", .path = {.jitter = milliseconds(100)}, .script = {}, .error_max_ms = 10},
      {.name = "one_in_ten_overtaken", .path = {.overtaken = 0.1}, .script = {}},
      {.name = "one_in_three_doubled", .path = {.doubled = 0.33}, .script = {}},
      {.name = "all_doubled", .path = {.doubled = 1}, .script = {}},
      {.name = "all_of_it_at_once", .path = wild, .script = {}, .error_max_ms = 10, .found_min = 0.7},
      {.name = "clock_fast_by_200_ppm", .path = {}, .script = {.fast_ppm = 200}},
      {.name = "clock_slow_by_200_ppm", .path = {}, .script = {.fast_ppm = -200}},
      {.name = "new_ssrc", .path = {}, .script = {.turns = turns_for(frames, {.new_ssrc = true})}},
      {.name = "new_ssrc_times_and_numbers",
       .path = {.jitter = milliseconds(60)},
       .script = {.turns =
                      turns_for(frames, {.new_ssrc = true, .sequence = 20'000, .timestamp = 0x8123'4567})},
       .error_max_ms = 10,
       .found_min = 0.9},
      {.name = "sequence_jump", .path = {}, .script = {.turns = turns_for(frames, {.sequence = 5'000})}},
      {.name = "sequence_back_by_30",
       .path = {},
       .script = {.turns = turns_for(frames, {.sequence = 0x1'0000 - 30})}},
      {.name = "timestamp_jump_of_2_30",
       .path = {},
       .script = {.turns = turns_for(frames, {.timestamp = 1U << 30})}},
      {.name = "timestamp_jump_under_jitter",
       .path = {.jitter = milliseconds(60)},
       .script = {.turns = turns_for(frames, {.sequence = 5'000, .timestamp = 1U << 30})},
       .error_max_ms = 10,
       .found_min = 0.9},
      {.name = "timestamp_jump_of_100_ms",
       .path = {},
       .script = {.turns = turns_for(frames, {.timestamp = 800})}},
      {.name = "comfort_noise",
       .path = {},
       .script = {.pauses = pauses_for(frames, {.comfort_noise = true})}},
      {.name = "silence_without_packets", .path = {}, .script = {.pauses = pauses_for(frames, {})}},
      {.name = "silence_in_which_timestamps_stand",
       .path = {},
       .script = {.pauses = pauses_for(frames, {.timestamps_stand = true})}},
      {.name = "source_moves", .path = {}, .script = {}, .moves = 120, .found_min = 0.8},
      {.name = "source_moves_in_bad_weather",
       .path = wild,
       .script = {},
       .moves = 120,
       .error_max_ms = 10,
       .found_min = 0.5}};
  for (BadNetwork& network : all) network.script.keys = keys_for(frames);
  return all;
}

}  // namespace tonearm::media::testing
