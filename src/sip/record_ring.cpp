#include "sip/record_ring.hpp"

#include <cstring>

namespace tonearm::sip {

RecordRing::RecordRing(std::size_t capacity)
    : capacity_(capacity / sizeof(Length) * sizeof(Length)),
      memory_(std::make_unique_for_overwrite<std::byte[]>(capacity_)) {}

std::size_t RecordRing::space_for(std::size_t length) {
  return sizeof(Length) + (length + sizeof(Length) - 1) / sizeof(Length) * sizeof(Length);
}

bool RecordRing::has_room(std::size_t length) const {
  const std::size_t space = space_for(length);
  const std::size_t skipped = space > until_the_end() ? until_the_end() : 0;
  return used_ + skipped + space <= capacity_;
}

RecordRing::Place RecordRing::push(std::size_t length) {
  const std::size_t space = space_for(length);
  if (space > until_the_end()) {
    if (until_the_end() > 0) set_length(end_, kWrap);
    used_ += until_the_end();
    end_ = 0;
  }
  const Place place = end_;
  set_length(place, length);
  end_ += space;
  used_ += space;
  return place;
}

void RecordRing::pop() {
  const std::size_t space = space_for(length_at(begin_));
  begin_ += space;
  used_ -= space;
  if (used_ == 0) begin_ = end_ = 0;
  if (used_ > 0 && (begin_ == capacity_ || length_at(begin_) == kWrap)) {
    used_ -= capacity_ - begin_;
    begin_ = 0;
  }
}

std::span<std::byte> RecordRing::at(Place place) {
  return {memory_.get() + place + sizeof(Length), length_at(place)};
}

std::span<const std::byte> RecordRing::at(Place place) const {
  return {memory_.get() + place + sizeof(Length), length_at(place)};
}

RecordRing::Length RecordRing::length_at(std::size_t offset) const {
  Length length = 0;
  std::memcpy(&length, memory_.get() + offset, sizeof length);
  return length;
}

void RecordRing::set_length(std::size_t offset, Length length) {
  std::memcpy(memory_.get() + offset, &length, sizeof length);
}

}  // namespace tonearm::sip
