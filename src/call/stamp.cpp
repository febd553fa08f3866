#include "call/stamp.hpp"

#include "base/random.hpp"

namespace tonearm::call {

base::Guid RandomIds::guid() {
  return base::Guid::random();
}

std::uint64_t RandomIds::word() {
  return base::random_word();
}

base::Guid SeededIds::guid() {
  const std::uint64_t high = word();
  return base::Guid::from_words(high, word());
}

std::uint64_t SeededIds::word() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace tonearm::call
