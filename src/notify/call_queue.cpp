#include "notify/call_queue.hpp"

#include <algorithm>

namespace tonearm::notify {

void CallQueue::add(call::OutboxRow row, std::vector<call::RequestId> behind) {
  const std::uint64_t number = row.number.value;
  for (const call::RequestId request : behind) gates_.emplace_back(number, request);
  add_stored(row);
  if (next_ == number) set_head_row(std::move(row));
}

void CallQueue::add_stored(const call::OutboxRow& row) {
  if (exhausted()) next_ = row.number.value;
  last_ = row.number.value;
  ++count_;
  call_over_ = call_over_ || row.call_end;
}

void CallQueue::open_gate(call::RequestId request) {
  std::erase_if(gates_, [&](const auto& gate) { return gate.second == request; });
}

bool CallQueue::head_gated() const {
  return std::ranges::any_of(gates_, [this](const auto& gate) { return gate.first == next_; });
}

void CallQueue::set_head_row(call::OutboxRow row) {
  if (!head) head = Head{row.created, row.ending, row.call_end, 0, std::nullopt, {}, std::nullopt};
  if (!silent_since_) silent_since_ = row.created;
  head->row = std::move(row);
}

void CallQueue::skip_head() {
  head.reset();
  phase = Phase::resting;
  ++next_;
}

void CallQueue::head_delivered() {
  silent_since_.reset();
  pop();
}

void CallQueue::head_parked() {
  pop();
}

void CallQueue::pop() {
  std::erase_if(gates_, [this](const auto& gate) { return gate.first == next_; });
  skip_head();
  --count_;
}

std::uint64_t CallQueue::clear() {
  return std::exchange(count_, 0);
}

base::WallTime CallQueue::deadline(const RetryLimits& limits) const {
  if (head->ending) return head->created + limits.ending;
  const bool from_creation = call_over_ || !head->turn;
  return (from_creation ? head->created : std::max(head->created, *head->turn)) + limits.live;
}

}  // namespace tonearm::notify
