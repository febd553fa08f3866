#include "histories.hpp"

#include <fmt/format.h>

namespace tonearm::testing {
namespace {

constexpr std::size_t kGuidLength = 36;

/// Of the call that it is about, or that the operation belongs to.
std::string call_of(const Heard& heard) {
  const std::string url = heard.url();
  const auto at = url.find("/calls/");
  return at == std::string::npos ? "" : url.substr(at + 7, kGuidLength);
}

/// Of an operation: the notification's number in its call; 0 for what carries none.
std::size_t number_of(const Heard& heard) {
  const std::string tag = heard.text("@odata.etag");  // W/"7"
  return tag.size() < 5 ? 0 : std::stoul(tag.substr(3));
}

void add(History& history, const Heard& heard, const std::string& call) {
  const auto fault = [&](std::string_view what) {
    history.faults.push_back(fmt::format("{} of call {}: {}", heard.url(), call, what));
  };
  history.told.push_back(heard);
  const std::size_t number = number_of(heard);
  if (number != 0 && number != history.told.size())
    fault(fmt::format("number {} came as {}.", number, history.told.size()));
  if (history.over) fault("after the call's end");
  if (heard.change() != "deleted") return;
  if (heard.url().ends_with("/calls/" + call)) {
    history.over = true;
  } else if (!history.ended.insert(heard.text("id")).second) {
    fault("ended again");
  }
}

}  // namespace

std::map<std::string, History> histories(const std::vector<Heard>& heard) {
  std::map<std::string, History> calls;
  std::map<std::string, std::string> bodies;  // by message id
  for (const Heard& one : heard) {
    const std::string call = call_of(one);
    const auto [known, is_new] =
        bodies.emplace(one.request.header("x-microsoft-skype-message-id"), one.request.body);
    if (is_new) {
      add(calls[call], one, call);
    } else if (known->second != one.request.body) {
      calls[call].faults.push_back("two notifications of call " + call + " have one message id");
    }
  }
  return calls;
}

}  // namespace tonearm::testing
