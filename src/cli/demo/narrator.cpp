#include "cli/demo/narrator.hpp"

#include <cstdio>

#include <fmt/format.h>

namespace tonearm::cli {

void Narrator::tell(std::int64_t at_ns, std::string_view who, std::string_view text) {
  const Ink ink = who == "bot" ? Ink::cyan : who == "caller" ? Ink::green : Ink::plain;
  const std::string line =
      fmt::format("{:9.1f} ms  {}  {}", ms(at_ns), painted(fmt::format("{:<6}", who), ink, style_), text);
  say(line);
}

void Narrator::say(std::string_view text) {
  const std::lock_guard lock(mutex_);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

}  // namespace tonearm::cli
