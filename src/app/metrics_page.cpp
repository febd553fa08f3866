#include "app/metrics_page.hpp"

#include <vector>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace tonearm::app {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr double kMicrosecond = 1e-6;

/// Families in the making.
class Page {
 public:
  void counter(const char* name, const char* help, double value) {
    one(name, help, MetricType::Counter).counter.value = value;
  }
  void gauge(const char* name, const char* help, double value) {
    one(name, help, MetricType::Gauge).gauge.value = value;
  }

  void series(const char* name, const char* help, const CallMetrics::Series& values, const char* first,
              const char* second) {
    MetricFamily& family = add(name, help, MetricType::Counter);
    for (const auto& [labels, value] : values) {
      ClientMetric metric;
      metric.label = {{first, labels.first}, {second, labels.second}};
      metric.counter.value = static_cast<double>(value);
      family.metric.push_back(std::move(metric));
    }
  }

  void directions(const char* name, const char* help, const CallMetrics::PerDirection& values) {
    MetricFamily& family = add(name, help, MetricType::Counter);
    for (const auto direction : {call::CallDirection::incoming, call::CallDirection::outgoing}) {
      ClientMetric metric;
      metric.label = {{"direction", direction == call::CallDirection::incoming ? "incoming" : "outgoing"}};
      metric.counter.value = static_cast<double>(values[static_cast<std::size_t>(direction)]);
      family.metric.push_back(std::move(metric));
    }
  }

  void messages(const sip::Metrics& sip) {
    MetricFamily& family =
        add("tonearm_sip_messages_total", "SIP messages by direction, method and code", MetricType::Counter);
    for (const auto& [key, value] : sip.messages()) {
      ClientMetric metric;
      metric.label = {
          {"direction", key.sent ? "out" : "in"}, {"method", key.method}, {"code", std::to_string(key.code)}};
      metric.counter.value = static_cast<double>(value);
      family.metric.push_back(std::move(metric));
    }
  }

  void failures(const sip::Metrics& sip) {
    MetricFamily& family =
        add("tonearm_sip_auth_failures_total", "Credentials not taken", MetricType::Counter);
    for (std::size_t i = 0; i < sip::kAuthFailures; ++i) {
      const auto reason = static_cast<sip::AuthFailure>(i);
      ClientMetric metric;
      metric.label = {{"reason", std::string(sip::to_string(reason))}};
      metric.counter.value = static_cast<double>(sip.failures(reason));
      family.metric.push_back(std::move(metric));
    }
  }

  void busy(const Overload& overload) {
    gauge("tonearm_overloaded", "Whether new calls are refused because a part is too busy",
          overload.why() ? 1 : 0);
    MetricFamily& family =
        add("tonearm_busy_ratio", "Share of its core that a part's busiest thread uses", MetricType::Gauge);
    for (std::size_t part = 0; part < kBusyParts.size(); ++part) {
      ClientMetric metric;
      metric.label = {{"part", std::string(kBusyParts[part])}};
      metric.gauge.value = overload.share(static_cast<BusyPart>(part));
      family.metric.push_back(std::move(metric));
    }
  }

  void trunks(const std::vector<sip::TrunkFigures>& trunks) {
    MetricFamily up{"tonearm_trunk_target_up", "Whether a trunk's target answers", MetricType::Gauge, {}};
    MetricFamily registered{
        "tonearm_trunk_registered", "Whether we are registered with a trunk", MetricType::Gauge, {}};
    MetricFamily calls{"tonearm_trunk_calls", "Calls over a trunk, both ways", MetricType::Gauge, {}};
    const auto put = [](MetricFamily& family, std::vector<ClientMetric::Label> labels, double value) {
      ClientMetric metric;
      metric.label = std::move(labels);
      metric.gauge.value = value;
      family.metric.push_back(std::move(metric));
    };
    for (const auto& trunk : trunks) {
      for (const auto& [target, is_up] : trunk.targets) {
        put(up, {{"trunk", trunk.trunk}, {"target", target}}, is_up ? 1 : 0);
      }
      if (trunk.registered) put(registered, {{"trunk", trunk.trunk}}, *trunk.registered ? 1 : 0);
      put(calls, {{"trunk", trunk.trunk}}, static_cast<double>(trunk.calls));
    }
    for (MetricFamily* family : {&up, &registered, &calls}) {
      if (!family->metric.empty()) families_.push_back(std::move(*family));
    }
  }

  /// `count(i)` is bucket i alone, bounds in microseconds; one more bucket lies beyond the last bound.
  template <class Bounds, class Count>
  void histogram(const char* name, const char* help, const Bounds& bounds, Count count,
                 double sum_microseconds) {
    auto& histogram = one(name, help, MetricType::Histogram).histogram;
    std::uint64_t cumulated = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      cumulated += count(i);
      histogram.bucket.push_back({cumulated, static_cast<double>(bounds[i]) * kMicrosecond});
    }
    histogram.sample_count = cumulated + count(bounds.size());
    histogram.sample_sum = sum_microseconds * kMicrosecond;
    histogram.bucket.push_back({histogram.sample_count, std::numeric_limits<double>::infinity()});
  }

  template <std::size_t N>
  void histogram(const char* name, const char* help, const base::Histogram<N>& values) {
    histogram(
        name, help, values.bounds(), [&](std::size_t i) { return values.count(i); },
        static_cast<double>(values.sum().count()));
  }
  void histogram(const char* name, const char* help, const media::HistogramSnapshot& values) {
    histogram(
        name, help, media::kBucketMicroseconds, [&](std::size_t i) { return values.buckets[i]; },
        static_cast<double>(values.sum_microseconds));
  }

  [[nodiscard]] std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  MetricFamily& add(const char* name, const char* help, MetricType type) {
    return families_.emplace_back(MetricFamily{name, help, type, {}});
  }
  ClientMetric& one(const char* name, const char* help, MetricType type) {
    return add(name, help, type).metric.emplace_back();
  }

  std::vector<MetricFamily> families_;
};

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

void add_calls(Page& page, const CallMetrics& calls, std::size_t active) {
  page.gauge("tonearm_calls_active", "Calls that are up", number(active));
  page.directions("tonearm_calls_started_total", "Calls that came in or were placed", calls.started_total());
  page.directions("tonearm_calls_refused_total",
                  "Calls that a rule, a limit or the server's load let not begin", calls.refused_total());
  page.series("tonearm_calls_ended_total", "Calls by how they ended", calls.ends(), "code", "subcode");
  page.series("tonearm_operations_total", "Operations by how they ended", calls.operations(), "kind",
              "status");
  page.histogram("tonearm_cancel_seconds", "Cancel: request read to source cut", calls.cancel_latency);
}

/// What the records of ended calls say of their sound; `out` is what the far ends reported.
void add_quality(Page& page, const CallMetrics& calls) {
  page.histogram("tonearm_call_duration_seconds", "Calls from established to their end", calls.duration);
  page.counter("tonearm_calls_one_way_total", "Ended calls whose sound went one way only",
               number(calls.one_way_total));
  page.counter("tonearm_rtp_packets_lost_total", "RTP packets lost on the way to us, of ended calls",
               number(calls.packets_lost_total));
  page.counter("tonearm_rtp_remote_packets_lost_total", "RTP packets lost on the way from us, of ended calls",
               number(calls.remote_packets_lost_total));
  page.histogram("tonearm_rtp_jitter_seconds", "Jitter of what we received, per ended call", calls.jitter);
  page.histogram("tonearm_rtp_remote_jitter_seconds", "Jitter of what we sent, per ended call",
                 calls.remote_jitter);
}

void add_media(Page& page, const media::MediaSnapshot& media) {
  page.gauge("tonearm_media_sessions", "Open media sessions", number(media.sessions));
  page.counter("tonearm_rtp_packets_sent_total", "RTP packets sent", number(media.packets_sent));
  page.counter("tonearm_rtp_packets_received_total", "RTP packets received", number(media.packets_received));
  page.counter("tonearm_rtp_send_dropped_total", "Packets the kernel had no room for",
               number(media.send_dropped));
  page.counter("tonearm_rtp_send_failed_total", "Packets the kernel refused", number(media.send_failed));
  page.counter("tonearm_rtp_strangers_total", "Packets not from the far end", number(media.strangers));
  page.counter("tonearm_rtcp_received_total", "RTCP packets of far ends", number(media.rtcp_received));
  page.counter("tonearm_rtp_malformed_total", "Packets that are no RTP", number(media.malformed));
  page.counter("tonearm_rtp_truncated_total", "Packets longer than a buffer", number(media.truncated));
  page.counter("tonearm_rtp_unknown_payload_total", "Packets of a payload type not agreed on",
               number(media.unknown_payload));
  page.counter("tonearm_rtp_foreign_ssrc_total", "Packets of a second stream beside a living one",
               number(media.foreign_ssrc));
  page.counter("tonearm_rtp_relay_dropped_total",
               "Packets of joined sessions that the other one did not take in time",
               number(media.relay_dropped));
  page.counter("tonearm_keys_total", "Keys that callers pressed", number(media.keys));
  page.counter("tonearm_keys_dropped_total", "Keys lost because a session had too many unread ones",
               number(media.keys_dropped));
  page.counter("tonearm_rtp_unknown_events_total", "telephone-events that are no key",
               number(media.unknown_events));
  page.gauge("tonearm_media_threads_ordinary", "Media threads without raised priority",
             number(media.ordinary_threads));
  page.counter("tonearm_media_locks_refused_total", "Times that media memory could not be locked",
               number(media.locks_refused));
  page.counter("tonearm_media_ticks_total", "Ticks", number(media.ticks));
  page.counter("tonearm_media_ticks_skipped_total", "Ticks missed and not made up",
               number(media.ticks_skipped));
  page.histogram("tonearm_media_tick_lateness_seconds", "Ticks against their time", media.lateness);
  page.histogram("tonearm_media_stop_seconds", "Stop posted to source cut", media.stop_latency);
}

void add_prompts(Page& page, const media::PromptMetrics& prompts) {
  page.counter("tonearm_prompt_fetches_total", "Prompts asked for at their sources", number(prompts.fetches));
  page.counter("tonearm_prompt_validated_total", "Of them, those whose source said that our copy is good",
               number(prompts.validated));
  page.counter("tonearm_prompt_failures_total", "Of them, those that could not be had or read",
               number(prompts.failures));
  page.counter("tonearm_prompt_hits_total", "Prompts played without asking, by resourceId",
               number(prompts.hits));
  page.gauge("tonearm_prompt_cache_bytes", "Encoded prompts that are kept", number(prompts.cached_bytes));
  page.gauge("tonearm_prompt_live_bytes", "Encoded prompts that are kept or playing",
             number(prompts.live_bytes));
}

void add_notifications(Page& page, const notify::DeliveryMetrics& notifications, std::uint64_t parked) {
  page.gauge("tonearm_notifications_pending", "Notifications neither delivered nor given up",
             number(notifications.pending.size()));
  page.gauge("tonearm_notifications_in_flight", "Notifications being sent", number(notifications.in_flight));
  page.counter("tonearm_notifications_delivered_total", "Notifications delivered",
               number(notifications.delivered_total));
  page.counter("tonearm_notifications_failed_attempts_total", "Attempts that failed",
               number(notifications.failed_attempts_total));
  page.counter("tonearm_notifications_parked_total", "Notifications given up",
               number(notifications.parked_total));
  page.gauge("tonearm_notifications_parked", "Notifications given up and kept to be seen or sent again",
             number(parked));
  page.histogram("tonearm_notification_delivery_seconds", "Event to the bot's 2xx",
                 notifications.delivery_latency);
}

void add_storage(Page& page, const storage::StorageMetrics& storage, std::chrono::milliseconds oldest) {
  page.counter("tonearm_store_transactions_total", "Transactions", number(storage.transactions_total));
  page.counter("tonearm_store_transaction_failures_total", "Transactions that failed",
               number(storage.transaction_failures_total));
  page.counter("tonearm_store_commits_total", "Steps written", number(storage.commits_total));
  page.gauge("tonearm_store_queued", "Steps waiting to be written", number(storage.queued));
  page.gauge("tonearm_store_oldest_seconds", "Age of the oldest step that is not on disk",
             std::chrono::duration<double>(oldest).count());
  page.histogram("tonearm_store_commit_seconds", "Step queued to on disk", storage.commit_latency);
}

void add_event_log(Page& page, const storage::EventLogMetrics& events) {
  page.counter("tonearm_events_written_total", "Events written to the event log",
               number(events.written_total));
  page.counter("tonearm_events_lost_total", "Events that found no room in the event log",
               number(events.lost_total));
  page.counter("tonearm_events_failures_total", "Transactions of the event log that failed",
               number(events.failures_total));
  page.gauge("tonearm_events_queued", "Events waiting to be written", number(events.queued));
}

}  // namespace

std::string metrics_page(const MetricsSources& sources) {
  Page page;
  add_calls(page, sources.calls, sources.active_calls);
  page.busy(sources.overload);
  add_quality(page, sources.calls);
  add_media(page, sources.media);
  add_prompts(page, sources.prompts);
  page.messages(sources.sip);
  page.trunks(sources.sip.trunks());
  page.counter("tonearm_sip_malformed_total", "Messages that contradict themselves",
               number(sources.sip.malformed()));
  page.counter("tonearm_sip_unmatched_total", "Messages that belong to nothing",
               number(sources.sip.unmatched()));
  page.failures(sources.sip);
  page.gauge("tonearm_sip_registrations", "Contacts registered", number(sources.sip.registrations()));
  add_notifications(page, sources.notifications, sources.storage.parked);
  add_storage(page, sources.storage, sources.oldest_uncommitted);
  add_event_log(page, sources.events);
  page.gauge("tonearm_recordings_bytes", "Disk that recordings take", number(sources.recordings.bytes()));
  page.gauge("tonearm_recordings_files", "Files of recordings, growing ones too",
             number(sources.recordings.files()));
  return page.text();
}

}  // namespace tonearm::app
