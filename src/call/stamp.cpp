#include "call/stamp.hpp"

#include <random>

namespace tonearm::call {

base::Guid RandomIds::guid() {
  return base::Guid::random();
}

std::uint64_t RandomIds::word() {
  thread_local std::random_device source;
  return static_cast<std::uint64_t>(source()) << 32 | source();
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
