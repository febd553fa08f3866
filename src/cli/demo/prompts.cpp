#include "cli/demo/prompts.hpp"

#include <algorithm>

#include "cli/caller/wav_file.hpp"

namespace tonearm::cli {

base::Result<Prompts> Prompts::read(const std::filesystem::path& folder) {
  Prompts prompts;
  for (const auto& [name, samples] : {std::pair{"welcome.wav", &prompts.welcome},
                                      {"menu.wav", &prompts.menu},
                                      {"goodbye.wav", &prompts.goodbye}}) {
    auto read = read_wav(folder / name);
    if (!read) return std::unexpected(read.error());
    *samples = *std::move(read);
  }
  return prompts;
}

double likeness(SampleSpan heard, SampleSpan prompt) {
  constexpr int kShift = kTelephoneRate / 100;  // resamplers may place it up to 10 ms off
  const std::size_t common = std::min(heard.size(), prompt.size());
  return similarity(heard.first(common), prompt.first(common), kShift);
}

std::string recognise(SampleSpan heard, const Prompts& prompts) {
  if (likeness(heard, prompts.welcome) >= kSame) return "welcome";
  if (likeness(heard, prompts.menu) >= kSame) return "menu";
  if (likeness(heard, prompts.goodbye) >= kSame) return "goodbye";
  return {};
}

}  // namespace tonearm::cli
