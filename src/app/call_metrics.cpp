#include "app/call_metrics.hpp"

#include "graph/call_ends.hpp"
#include "graph/operation_endings.hpp"

namespace tonearm::app {
namespace {

std::string kind_label(call::OperationKind kind) {
  switch (kind) {
    case call::OperationKind::play:
      return "play";
    case call::OperationKind::record:
      return "record";
    case call::OperationKind::subscribe_to_tone:
      return "subscribe_to_tone";
    case call::OperationKind::cancel_media_processing:
      return "cancel_media_processing";
    case call::OperationKind::send_dtmf:
      return "send_dtmf";
    case call::OperationKind::update_recording_status:
      return "update_recording_status";
  }
  return "other";
}

}  // namespace

void CallMetrics::count(const call::Notification& notification) {
  if (const auto* ended = std::get_if<call::OperationNotice>(&notification.what)) {
    if (!ended->operation.ending) return;
    const auto& row = graph::ending_row(ended->operation.ending->reason);
    const std::lock_guard lock(mutex_);
    ++operations_[{kind_label(ended->operation.kind), row.completed ? "completed" : "failed"}];
  }
}

void CallMetrics::ended(const call::CallSnapshot& call) {
  if (call.record.established && call.record.ended) {
    duration.add(
        std::chrono::duration_cast<base::microseconds>(*call.record.ended - *call.record.established));
  }
  if (call.record.media) count_quality(*call.record.media);
  if (!call.end) return;
  const auto result = graph::call_result(*call.end);
  const std::lock_guard lock(mutex_);
  ++ends_[{std::to_string(result.code), std::to_string(result.subcode)}];
}

void CallMetrics::count_quality(const call::MediaStats& media) {
  if (media.one_way()) one_way_total.fetch_add(1, std::memory_order_relaxed);
  packets_lost_total.fetch_add(media.packets_lost, std::memory_order_relaxed);
  remote_packets_lost_total.fetch_add(media.remote_packets_lost, std::memory_order_relaxed);
  if (media.packets_received > 0) jitter.add(media.jitter);
  if (media.packets_sent > 0) remote_jitter.add(media.remote_jitter);
}

void CallMetrics::count(const call::Reply& reply) {
  const auto* operation = std::get_if<call::OperationView>(&reply);
  if (!operation || operation->kind != call::OperationKind::cancel_media_processing) return;
  if (operation->stop_latency) cancel_latency.add(*operation->stop_latency);
  const std::lock_guard lock(mutex_);
  ++operations_[{kind_label(operation->kind), "completed"}];
}

CallMetrics::Series CallMetrics::ends() const {
  const std::lock_guard lock(mutex_);
  return ends_;
}

CallMetrics::Series CallMetrics::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

}  // namespace tonearm::app
