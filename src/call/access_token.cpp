#include "call/access_token.hpp"

namespace tonearm::call {

std::string new_access_token(IdSource& ids) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string token;
  token.reserve(64);
  for (int words = 0; words < 4; ++words) {
    std::uint64_t word = ids.word();
    for (int digit = 0; digit < 16; ++digit, word >>= 4) token.push_back(kDigits[word & 0xf]);
  }
  return token;
}

}  // namespace tonearm::call
