#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "call/media_operation.hpp"

namespace tonearm::call {

/// A record whose audio is closed and whose file is being written. No longer in the way of others.
struct FinalisingRecord {
  MediaOperation operation;
  EndReason reason = EndReason::record_max_duration;
  std::chrono::milliseconds captured{0};
};

/// The plays and records of a call, in the order in which they were accepted. Whoever is at the front has its
/// turn. Threading: strand-bound.
class MediaQueue {
 public:
  /// Gives the operation its number and puts it last.
  MediaOperation& push(MediaOperation operation);
  /// Numbers are shared with `sendDtmf`, so that reports name one thing only.
  [[nodiscard]] OperationNumber next_number() { return OperationNumber(++last_number_); }

  [[nodiscard]] MediaOperation* find(OperationNumber number);
  [[nodiscard]] MediaOperation* find(OperationId id);
  [[nodiscard]] MediaOperation take(OperationNumber number);  ///< It must be there.
  [[nodiscard]] std::deque<MediaOperation>& operations() { return operations_; }
  [[nodiscard]] const std::deque<MediaOperation>& operations() const { return operations_; }

  /// Not withdrawn, of all or of those before `number`.
  [[nodiscard]] std::size_t ahead_of(OperationNumber number) const;
  /// Those that a new operation competes with for a place: neither stopping nor withdrawn.
  [[nodiscard]] std::size_t live() const;
  /// Numbers of everything that a cancel means, in order: all but what was withdrawn.
  [[nodiscard]] std::vector<OperationNumber> numbers() const;

  void finalise(FinalisingRecord record) { finalising_.push_back(std::move(record)); }
  [[nodiscard]] std::optional<FinalisingRecord> take_finalising(OperationNumber number);
  [[nodiscard]] bool finalising() const { return !finalising_.empty(); }
  /// The oldest one; there must be one.
  [[nodiscard]] FinalisingRecord take_finalising();

 private:
  std::deque<MediaOperation> operations_;
  std::vector<FinalisingRecord> finalising_;
  std::uint32_t last_number_ = 0;
};

}  // namespace tonearm::call
