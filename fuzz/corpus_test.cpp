#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "support/targets.hpp"

// Every target over its corpus and over the inputs that once broke something, with the ordinary compiler.

namespace tonearm::fuzz {
namespace {

struct Target {
  const char* name;
  void (*run)(Bytes);
};

constexpr Target kTargets[] = {
#define TONEARM_LIST_TARGET(name) {#name, name},
    TONEARM_FUZZ_TARGETS(TONEARM_LIST_TARGET)
#undef TONEARM_LIST_TARGET
};

std::vector<std::filesystem::path> inputs_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(folder, absent)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::vector<std::uint8_t> bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string running;  // the file, for who dies of it

void name_the_input(int signal) {
  (void)!write(STDERR_FILENO, running.data(), running.size());
  (void)!write(STDERR_FILENO, "\n", 1);
  std::signal(signal, SIG_DFL);
  (void)std::raise(signal);
}

class FuzzCorpus : public ::testing::TestWithParam<Target> {
 protected:
  static void SetUpTestSuite() {
    for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE}) std::signal(signal, name_the_input);
  }
  static std::size_t run_all(const char* folder) {
    const auto files = inputs_in(std::filesystem::path(TONEARM_FUZZ_FOLDER) / folder / GetParam().name);
    for (const auto& file : files) {
      running = file.string();
      const auto bytes = bytes_of(file);
      // Of exactly its size, so that a sanitizer sees a byte too many.
      EXPECT_NO_THROW(GetParam().run(bytes)) << running;
    }
    return files.size();
  }
};

TEST_P(FuzzCorpus, every_seed_is_taken_or_refused) {
  EXPECT_GT(run_all("corpus"), 0U) << "a target without seeds begins from nothing";
}

TEST_P(FuzzCorpus, what_once_broke_something_does_not_any_more) {
  run_all("crashes");
}

TEST_P(FuzzCorpus, nothing_and_a_single_byte_are_inputs_too) {
  EXPECT_NO_THROW(GetParam().run({}));
  for (int byte = 0; byte < 256; ++byte) {
    const auto one = static_cast<std::uint8_t>(byte);
    EXPECT_NO_THROW(GetParam().run({&one, 1})) << byte;
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzCorpus, ::testing::ValuesIn(kTargets),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(FuzzCorpusFolders, belong_to_a_target) {
  for (const char* folder : {"corpus", "crashes"}) {
    for (const auto& path : inputs_in(std::filesystem::path(TONEARM_FUZZ_FOLDER) / folder)) {
      const std::string name = path.filename().string();
      EXPECT_TRUE(std::ranges::any_of(kTargets, [&](const Target& target) { return name == target.name; }))
          << path;
    }
  }
}

}  // namespace
}  // namespace tonearm::fuzz
