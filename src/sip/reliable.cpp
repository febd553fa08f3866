#include "sip/reliable.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sip/option_tags.hpp"

namespace tonearm::sip {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kT1{500};
constexpr milliseconds kLimit = 64 * kT1;

}  // namespace

std::string ReliableResponse::lines() const {
  return fmt::format("Require: {}\r\nRSeq: {}\r\n", kReliable, rseq_);
}

bool ReliableResponse::is_acknowledged_by(const Message& prack) const {
  return prack.rack && prack.rack->rseq == rseq_ && prack.rack->cseq == cseq_ &&
         prack.rack->method == "INVITE";
}

std::optional<milliseconds> ReliableResponse::next_pause() {
  waited_ += pause_;
  if (waited_ >= kLimit) return std::nullopt;
  pause_ = pause_ == milliseconds(0) ? kT1 : std::min(pause_ * 2, kLimit - waited_);
  return pause_;
}

bool ReliableOrder::take(std::uint32_t rseq) {
  if (last_ && rseq != *last_ + 1) return false;
  last_ = rseq;
  return true;
}

bool is_reliable(const Message& response) {
  return response.status > 100 && response.status < 200 && response.rseq &&
         has_tag(response.require, kReliable);
}

std::string rack_line(const Message& response) {
  return fmt::format("RAck: {} {} {}\r\n", response.rseq.value_or(0), response.cseq, response.method);
}

}  // namespace tonearm::sip
