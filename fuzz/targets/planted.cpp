#include "support/target.hpp"

// Not a parser of ours: a fault that the fuzzer must find, or ./dev fuzz says nothing about the others. It is
// behind four comparisons, which blind bytes would take hours to pass: coverage must be seen, too.

namespace tonearm::fuzz {

void planted(Bytes bytes) {
  const std::string_view text = text_of(bytes);
  if (text.size() < 5 || text[0] != 'S' || text[1] != 'I' || text[2] != 'P' || text[3] != '/') return;
  const char three[3] = {'2', '.', '0'};
  const auto at = static_cast<std::size_t>(text[4] & 0x0f);
  volatile char read = *(three + at);  // beyond its end for most of them: AddressSanitizer's to see
  (void)read;
}

}  // namespace tonearm::fuzz
