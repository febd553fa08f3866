#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/guid.hpp"
#include "graph/read_command.hpp"

namespace tonearm::graph {

/// What a video device's vendor reports of a call (`logTeleconferenceDeviceQuality`, facts §6.18).
struct DeviceQuality {
  base::Guid call_chain;
  base::Guid participant;
  base::Guid media_leg;
  std::string device;
  std::string description;
  std::size_t media = 0;  ///< Entries of `mediaQualityList`.
};

/// Errors: as `read_command`.
[[nodiscard]] base::Result<DeviceQuality> read_device_quality(std::string_view body,
                                                              const ReadOptions& options);

}  // namespace tonearm::graph
