#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "app/call_metrics.hpp"
#include "app/overload.hpp"
#include "media/counters.hpp"
#include "media/prompt_store.hpp"
#include "notify/metrics.hpp"
#include "sip/metrics.hpp"
#include "storage/metrics.hpp"
#include "storage/recording_folder.hpp"

namespace tonearm::app {

/// What the parts have counted, at one moment.
struct MetricsSources {
  const CallMetrics& calls;
  std::size_t active_calls = 0;
  media::MediaSnapshot media;
  media::PromptMetrics prompts;
  const sip::Metrics& sip;
  const notify::DeliveryMetrics& notifications;
  const storage::StorageMetrics& storage;
  std::chrono::milliseconds oldest_uncommitted{0};
  const storage::EventLogMetrics& events;
  const storage::RecordingFolder& recordings;
  const Overload& overload;
};

/// In Prometheus' text format; every name starts with `tonearm_`.
[[nodiscard]] std::string metrics_page(const MetricsSources& sources);

}  // namespace tonearm::app
