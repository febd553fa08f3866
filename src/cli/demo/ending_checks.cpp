#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/demo/checks.hpp"

namespace tonearm::cli {
namespace {

struct Ending {
  std::string_view prompt;
  std::string_view status;
  int code;
  int subcode;
};

Check endings_in_order(const Evidence& evidence) {
  constexpr std::array kWanted{Ending{"welcome", "failed", 400, 8508}, Ending{"menu", "failed", 400, 8508},
                               Ending{"message", "completed", 200, 8514},
                               Ending{"playback", "completed", 200, 0},
                               Ending{"goodbye", "completed", 200, 0}};
  const auto endings = endings_of_operations(evidence.call);
  std::string figure;
  for (const BotEvent* ending : endings) {
    figure += fmt::format("{}{} {} {}/{}", figure.empty() ? "" : ", ", ending->prompt, ending->status,
                          ending->code, ending->subcode);
  }
  const bool ok = std::ranges::equal(endings, kWanted, [](const BotEvent* got, const Ending& wanted) {
    return got->prompt == wanted.prompt && got->status == wanted.status && got->code == wanted.code &&
           got->subcode == wanted.subcode;
  });
  return {ok, "each operation ended once, in order", figure.empty() ? "no notification" : figure};
}

Check hang_up_seen(const Evidence& evidence) {
  const bool told = was_told_of_the_end(evidence.call);
  return {evidence.call.hung_up_ns.has_value() && told, "the bot hung up",
          fmt::format("{}, {}", evidence.call.hung_up_ns ? "the caller got a BYE" : "no BYE",
                      told ? "the bot was told" : "the bot was not told")};
}

}  // namespace

std::vector<Check> checks_of_ending(const Evidence& evidence, const Findings& findings) {
  const SoundSegment* goodbye = segment(findings.segments, 3);
  return {prompt_heard("then goodbye.wav", goodbye, evidence.prompts.goodbye),
          heard_whole("the goodbye was heard to its end", goodbye, evidence.prompts.goodbye),
          endings_in_order(evidence), hang_up_seen(evidence)};
}

}  // namespace tonearm::cli
