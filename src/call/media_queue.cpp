#include "call/media_queue.hpp"

#include <algorithm>
#include <utility>

namespace tonearm::call {

MediaOperation& MediaQueue::push(MediaOperation operation) {
  operation.number = next_number();
  return operations_.emplace_back(std::move(operation));
}

MediaOperation* MediaQueue::find(OperationNumber number) {
  const auto found = std::ranges::find(operations_, number, &MediaOperation::number);
  return found == operations_.end() ? nullptr : &*found;
}

MediaOperation* MediaQueue::find(OperationId id) {
  const auto found = std::ranges::find(operations_, id, &MediaOperation::id);
  return found == operations_.end() ? nullptr : &*found;
}

MediaOperation MediaQueue::take(OperationNumber number) {
  const auto found = std::ranges::find(operations_, number, &MediaOperation::number);
  MediaOperation operation = std::move(*found);
  operations_.erase(found);
  return operation;
}

std::size_t MediaQueue::ahead_of(OperationNumber number) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      operations_, [&](const auto& op) { return op.number < number && !op.withdrawn; }));
}

std::size_t MediaQueue::live() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(operations_, [](const auto& op) { return !op.template is<Stopping>(); }));
}

std::vector<OperationNumber> MediaQueue::numbers() const {
  std::vector<OperationNumber> numbers;
  for (const auto& op : operations_) {
    if (!op.withdrawn) numbers.push_back(op.number);
  }
  return numbers;
}

std::optional<FinalisingRecord> MediaQueue::take_finalising(OperationNumber number) {
  const auto found = std::ranges::find_if(
      finalising_, [&](const FinalisingRecord& record) { return record.operation.number == number; });
  if (found == finalising_.end()) return std::nullopt;
  FinalisingRecord record = std::move(*found);
  finalising_.erase(found);
  return record;
}

FinalisingRecord MediaQueue::take_finalising() {
  FinalisingRecord record = std::move(finalising_.front());
  finalising_.erase(finalising_.begin());
  return record;
}

}  // namespace tonearm::call
