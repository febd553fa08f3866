#include "sip/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

namespace tonearm::sip {
namespace {

std::string known(std::string_view method) {
  constexpr std::string_view kMethods[] = {"INVITE", "ACK",       "CANCEL", "BYE",   "OPTIONS", "UPDATE",
                                           "INFO",   "SUBSCRIBE", "NOTIFY", "REFER", "PRACK",   "REGISTER"};
  return std::string(std::ranges::find(kMethods, method) == std::end(kMethods) ? "other" : method);
}

/// The method in CSeq: "CSeq: 1 INVITE".
std::string_view cseq_method(std::string_view text) {
  const auto line = text.find("\nCSeq:");
  if (line == std::string_view::npos) return {};
  text = text.substr(line + 1, text.find('\n', line + 1) - line - 1);
  const auto last = text.find_last_not_of(" \t\r");
  if (last == std::string_view::npos) return {};
  text = text.substr(0, last + 1);
  return text.substr(text.find_last_of(" \t") + 1);
}

}  // namespace

std::string_view to_string(AuthFailure failure) {
  switch (failure) {
    case AuthFailure::wrong:
      return "wrong";
    case AuthFailure::malformed:
      return "malformed";
    case AuthFailure::stale:
      return "stale";
    case AuthFailure::repeated:
      return "repeated";
    case AuthFailure::held_back:
      return "held_back";
  }
  return "unknown";
}

void Metrics::count_message(bool sent, std::string_view text) {
  Key key{sent, {}, 0};
  constexpr std::string_view kResponse = "SIP/2.0 ";
  if (text.starts_with(kResponse)) {
    const std::string_view digits = text.substr(kResponse.size(), 3);
    std::from_chars(digits.data(), digits.data() + digits.size(), key.code);
    key.code = std::clamp(key.code, 0, 699);
    key.method = known(cseq_method(text));
  } else {
    key.method = known(text.substr(0, text.find(' ')));
  }
  const std::lock_guard lock(mutex_);
  ++messages_[std::move(key)];
}

std::map<Metrics::Key, std::uint64_t> Metrics::messages() const {
  const std::lock_guard lock(mutex_);
  return messages_;
}

void Metrics::set_trunks(std::vector<TrunkFigures> trunks) {
  const std::lock_guard lock(mutex_);
  trunks_ = std::move(trunks);
}

std::vector<TrunkFigures> Metrics::trunks() const {
  const std::lock_guard lock(mutex_);
  return trunks_;
}

}  // namespace tonearm::sip
