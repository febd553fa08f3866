#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace tonearm::sip {

/// Records of any length, one behind the other in one block of memory that never grows: when it is full, the
/// oldest have to go. The kernel gives the block's pages as they are first written. Threading: a value.
class RecordRing {
 public:
  /// Where a record is, until it goes.
  using Place = std::size_t;

  /// `capacity` [bytes]: with eight for each record.
  explicit RecordRing(std::size_t capacity);

  [[nodiscard]] bool empty() const { return used_ == 0; }
  /// Whether one of `length` bytes could be kept at all.
  [[nodiscard]] bool can_hold(std::size_t length) const { return space_for(length) <= capacity_; }
  /// Whether one of `length` bytes can be kept before the oldest goes.
  [[nodiscard]] bool has_room(std::size_t length) const;
  /// A new record, its bytes not written yet. There must be room.
  Place push(std::size_t length);
  /// There must be one.
  [[nodiscard]] Place oldest() const { return begin_; }
  void pop();
  [[nodiscard]] std::span<std::byte> at(Place place);
  [[nodiscard]] std::span<const std::byte> at(Place place) const;

 private:
  using Length = std::uint64_t;                // before each record, and so every record is aligned
  static constexpr Length kWrap = ~Length{0};  // the next record is at the block's begin

  [[nodiscard]] static std::size_t space_for(std::size_t length);
  [[nodiscard]] std::size_t until_the_end() const { return capacity_ - end_; }
  [[nodiscard]] Length length_at(std::size_t offset) const;
  void set_length(std::size_t offset, Length length);

  std::size_t capacity_;
  std::unique_ptr<std::byte[]> memory_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t used_ = 0;  // with what is left free before a wrap
};

}  // namespace tonearm::sip
