#include "notify/call_queue.hpp"

#include <algorithm>

namespace tonearm::notify {

void CallQueue::add(call::OutboxRow row, std::vector<call::RequestId> behind) {
  const std::uint64_t number = row.number.value;
  for (const call::RequestId request : behind) gates_.emplace_back(number, request);
  add_stored(row);
  if (!again_head_ && next_ == number) set_head_row(std::move(row));
}

void CallQueue::add_stored(const call::OutboxRow& row) {
  if (nothing_new()) next_ = row.number.value;
  last_ = row.number.value;
  ++count_;
  call_over_ = call_over_ || row.call_end;
}

void CallQueue::prefer_again() {
  if (again_head_ || again_.empty() || (head && head->failures > 0)) return;
  again_head_ = again_.extract(again_.begin()).value();
  head.reset();  // of what stands behind now; the store has it
}

void CallQueue::open_gate(call::RequestId request) {
  std::erase_if(gates_, [&](const auto& gate) { return gate.second == request; });
}

bool CallQueue::head_gated() const {
  if (again_head_) return false;
  return std::ranges::any_of(gates_, [this](const auto& gate) { return gate.first == next_; });
}

void CallQueue::set_head_row(call::OutboxRow row) {
  if (!head) head = Head{row.created, row.redelivered, row.ending, 0, {}, {}, {}};
  // What was given up before is old, whether the bot is well or not.
  if (!silent_since_ && !row.redelivered) silent_since_ = row.created;
  head->row = std::move(row);
}

std::uint64_t CallQueue::skip_head() {
  const bool counted = again_head_.has_value();
  if (!counted) ++next_;
  again_head_.reset();
  head.reset();
  phase = Phase::resting;
  return counted ? 1 : 0;
}

void CallQueue::head_delivered() {
  silent_since_.reset();
  pop();
}

void CallQueue::head_parked() {
  pop();
}

void CallQueue::pop() {
  if (!again_head_) {
    std::erase_if(gates_, [this](const auto& gate) { return gate.first == next_; });
    --count_;
  }
  skip_head();
}

std::uint64_t CallQueue::clear() {
  return std::exchange(count_, 0);
}

base::WallTime CallQueue::deadline(const RetryLimits& limits) const {
  if (head->redelivered) {
    return std::max(*head->redelivered, head->turn.value_or(*head->redelivered)) + limits.live;
  }
  if (head->ending) return head->created + limits.ending;
  const bool from_creation = call_over_ || !head->turn;
  return (from_creation ? head->created : std::max(head->created, *head->turn)) + limits.live;
}

}  // namespace tonearm::notify
