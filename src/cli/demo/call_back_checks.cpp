#include <fmt/format.h>

#include "cli/demo/checks.hpp"

namespace tonearm::cli {
namespace {

Check phone_rang(const Evidence& evidence) {
  const char* what = "the bot called back, the phone rang and answered";
  const BotEvent* created = event_of(evidence.back, "answered", "createCall");
  if (created == nullptr) return {false, what, "the bot did not ask"};
  const SeenCall& call = evidence.back;
  const bool ok = created->http_status == 201 && call.rang_ns && *call.rang_ns >= created->sent_ns &&
                  call.answered_ns.has_value();
  std::string figure = fmt::format("{} to the POST", created->http_status);
  figure += call.rang_ns ? fmt::format(", rang {:.1f} ms after it was sent",
                                       static_cast<double>(*call.rang_ns - created->sent_ns) / 1e6)
                         : ", did not ring";
  return {ok, what, figure};
}

Check second_hang_up_seen(const Evidence& evidence) {
  const SeenCall& call = evidence.back;
  const bool told = was_told_of_the_end(call);
  const auto endings = endings_of_operations(call);
  const bool played = endings.size() == 1 && endings[0]->status == "completed";
  return {call.hung_up_ns.has_value() && told && played, "and hung up again",
          fmt::format("{}, {}, {} of 1 prompt completed", call.hung_up_ns ? "the phone got a BYE" : "no BYE",
                      told ? "the bot was told" : "the bot was not told", played ? 1 : 0)};
}

}  // namespace

std::vector<Check> checks_of_call_back(const Evidence& evidence, const Findings& findings) {
  const SoundSegment* goodbye =
      findings.back_segments.size() == 1 ? segment(findings.back_segments, 0) : nullptr;
  return {phone_rang(evidence),
          prompt_heard("the phone heard goodbye.wav and nothing else", goodbye, evidence.prompts.goodbye),
          heard_whole("to its end", goodbye, evidence.prompts.goodbye), second_hang_up_seen(evidence)};
}

}  // namespace tonearm::cli
