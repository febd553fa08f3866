#include "sip/key_info.hpp"
#include "support/targets.hpp"

// Bodies of INFO that say which key was pressed.

namespace tonearm::fuzz {

void info(Bytes bytes) {
  const std::string text(text_of(bytes));
  const auto key = sip::key_in(text);
  if (!key) return;
  require(*key <= call::Tone::flash, "a key is one of the telephone's");
  if (text.find_first_of("=\n") != std::string::npos) return;
  require(sip::key_in("Signal=" + text) == key, "a key alone is the same as a signal line");
}

}  // namespace tonearm::fuzz
