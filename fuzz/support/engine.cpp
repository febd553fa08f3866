#include "support/targets.hpp"

// The fuzzer's way into the target that this program is built for.

namespace tonearm::fuzz {
void TONEARM_FUZZ_TARGET(Bytes bytes);  // the planted fault is not among targets.hpp
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  tonearm::fuzz::TONEARM_FUZZ_TARGET({bytes, size});
  return 0;
}
