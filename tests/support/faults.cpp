#include "faults.hpp"

#include <cstdlib>
#include <stdexcept>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace tonearm::testing {

Faults::Faults(const std::filesystem::path& directory, const std::filesystem::path& data_dir)
    : file_(directory / "faults"), data_dir_(data_dir) {
  const int descriptor = ::open(file_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0 || ::ftruncate(descriptor, sizeof(FaultControl)) != 0)
    throw std::runtime_error("cannot make " + file_.string());
  void* page = ::mmap(nullptr, sizeof(FaultControl), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  ::close(descriptor);
  if (page == MAP_FAILED) throw std::runtime_error("cannot map " + file_.string());
  page_ = static_cast<FaultControl*>(page);
}

Faults::~Faults() {
  ::munmap(page_, sizeof(FaultControl));
}

std::map<std::string, std::string> Faults::environment() const {
  // The address sanitizer wants to be loaded first, and does without where it is told to.
  const char* given = std::getenv("ASAN_OPTIONS");
  const std::string asan = given == nullptr ? "" : std::string(given) + ":";
  return {{"LD_PRELOAD", TONEARM_FAULTS},
          {"ASAN_OPTIONS", asan + "verify_asan_link_order=0"},
          {kFaultControlVariable, file_.string()},
          {kFaultFolderVariable, data_dir_.string()}};
}

}  // namespace tonearm::testing
