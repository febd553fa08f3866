#include "base/random.hpp"

#include <cstdlib>

#include <sys/random.h>

namespace tonearm::base {

std::uint64_t random_word() {
  std::uint64_t word = 0;
  if (::getrandom(&word, sizeof word, 0) != ssize_t{sizeof word}) std::abort();  // cannot be: ≤ 256 bytes
  return word;
}

}  // namespace tonearm::base
