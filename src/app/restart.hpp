#pragma once

#include <vector>

#include "app/applications.hpp"
#include "app/call_actor.hpp"
#include "call/call.hpp"
#include "call/restore.hpp"
#include "storage/recording_folder.hpp"

namespace tonearm::app {

/// What a start finds on disk. Taken before anything new is written.
struct LeftOver {
  std::vector<call::OutboxRow> pending;  ///< Notifications neither delivered nor parked, in order per call.
  std::vector<call::StoredCall> alive;   ///< Calls that were up when the process ended.
};

/// The records that were running or being written when the process ended and of which there is a file.
[[nodiscard]] call::SavedRecordings saved_recordings(const std::vector<call::StoredCall>& alive,
                                                     const storage::RecordingFolder& folder);

/// Ends what a crashed process left: for each call that was alive the endings of its operations and its own,
/// behind what was pending, and a BYE to its phone. Records that were `saved` are offered. Threading: at
/// start, before the first call.
void end_left_over(const std::vector<call::StoredCall>& alive, const CallPorts& ports,
                   const std::vector<ServedApplication>& applications, const call::SavedRecordings& saved);

}  // namespace tonearm::app
