#pragma once

#include <atomic>
#include <cstdint>

namespace tonearm::testing {

/// What the disk below the data directory does.
enum class Disk : std::int32_t {
  good,
  full,       ///< ENOSPC for whatever would need room.
  read_only,  ///< EROFS for whatever would change something, as after an error of the file system.
  stalled,    ///< Nothing that writes or syncs comes back.
};

/// A page that a test shares with `preload/faults.cpp` inside the server. Zeroes: no fault.
struct FaultControl {
  std::atomic<Disk> disk;
  std::atomic<std::int64_t> clock_offset_ns;  ///< Added to CLOCK_REALTIME.
  std::atomic<std::int32_t> refused;          ///< Calls that were told of a fault, counted.
  std::atomic<std::int32_t> held;             ///< Calls that a stall holds now.
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free, "shared between processes");

inline constexpr const char* kFaultControlVariable = "TONEARM_TEST_FAULTS";  ///< The page's file.
inline constexpr const char* kFaultFolderVariable = "TONEARM_TEST_FAULTS_BELOW";

}  // namespace tonearm::testing
