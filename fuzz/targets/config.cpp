#include "config/load.hpp"
#include "support/targets.hpp"

// Settings as an operator may write them.

namespace tonearm::fuzz {

void config(Bytes bytes) {
  const std::string text(text_of(bytes));
  if (text.find("_file") != std::string::npos) return;  // it would open whatever the fuzzer makes up
  const auto settings = config::load_text(text, "fuzz.toml", {}, false);
  if (settings) return;
  require(settings.error().message().size() > 10, "a refusal says what is wrong");
}

}  // namespace tonearm::fuzz
