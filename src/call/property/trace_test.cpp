#include "call/property/trace.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tonearm::call::property {
namespace {

using What = Event::What;

bool is_cancelled(EndReason reason) {
  return reason == EndReason::play_cancelled || reason == EndReason::record_cancelled;
}

struct Created {
  RequestId request;
  OperationNumber number;
  bool ok = false;  ///< Else its creation was answered 500 in the end: at most one ending.
  int endings = 0;
};

/// Reads a trace from front to back.
class Checker {
 public:
  explicit Checker(const Trace& trace) : trace_(trace) {}

  std::set<Fault> run() {
    for (const Event& event : trace_) look_ahead(event);
    for (const Event& event : trace_) look(event);
    for (const auto& [request, replies] : replies_) {
      if (replies == 0) faults_.insert(Fault::reply_missing);
    }
    for (const auto& [id, created] : created_) {
      if (created.ok && created.endings == 0) faults_.insert(Fault::ending_missing);
    }
    if (!over_) faults_.insert(Fault::call_end_missing);
    if (tones_ != keys_) faults_.insert(Fault::tone_lost);
    return faults_;
  }

 private:
  void look_ahead(const Event& event) {
    if (event.what == What::requested && event.scoped)
      out_of_order_.insert(event.numbers.begin(), event.numbers.end());
    if (event.what != What::replied) return;
    if (event.created) {
      created_[event.operation] = {event.request, event.number, event.ok, 0};
      if (!event.ok || event.record) out_of_order_.insert(event.number);
    }
    for (const OperationId id : event.cancelled) cancels_of_[id].push_back(event.request);
    if (event.ok && !event.cancelled.empty())
      cancelled_.insert(event.cancelled.begin(), event.cancelled.end());
  }

  void look(const Event& event) {
    switch (event.what) {
      case What::requested:
        replies_[event.request];
        if (event.cancel) named_[event.request] = event.numbers;
        break;
      case What::replied:
        if (++replies_[event.request] > 1) faults_.insert(Fault::reply_doubled);
        if (event.ok) check_cancel_answer(event);
        break;
      case What::written:
        written_.insert(event.request);
        break;
      case What::start_posted:
        if (event.number <= last_started_) faults_.insert(Fault::queue_order_broken);
        last_started_ = event.number;
        for (const auto& [stop, numbers] : stops_) {
          if (numbers.front() < event.number) faults_.insert(Fault::start_before_stop_acknowledged);
        }
        break;
      case What::running_shown:
        show_running(event.number);
        break;
      case What::audio_over:
        silent_.insert(event.number);
        running_.erase(event.number);
        break;
      case What::stop_posted:
        stops_[event.stop] = event.numbers;
        break;
      case What::stop_acked:
        for (const OperationNumber number : stops_[event.stop]) {
          silent_.insert(number);
          running_.erase(number);
        }
        stops_.erase(event.stop);
        break;
      case What::key:
        ++keys_;
        break;
      case What::delivered:
        look_at_notification(event);
        break;
    }
  }

  void show_running(OperationNumber number) {
    running_.insert(number);
    if (running_.size() > 1) faults_.insert(Fault::two_running);
    for (const auto& [stop, numbers] : stops_) {
      for (const OperationNumber before : numbers) {
        if (before < number && !silent_.contains(before))
          faults_.insert(Fault::start_before_stop_acknowledged);
      }
    }
  }

  void check_cancel_answer(const Event& answer) {
    const auto named = named_.find(answer.request);
    if (named == named_.end()) return;
    for (const OperationNumber number : named->second) {
      if (!silent_.contains(number)) faults_.insert(Fault::cancel_answered_early);
    }
    const auto number_of = [this](OperationId id) {
      const auto found = created_.find(id);
      return found == created_.end() ? OperationNumber{} : found->second.number;
    };
    if (!std::ranges::is_sorted(answer.cancelled, {}, number_of)) faults_.insert(Fault::cancel_list_wrong);
  }

  void look_at_notification(const Event& event) {
    if (event.notification.value != ++last_notification_) faults_.insert(Fault::numbering_broken);
    if (over_)
      faults_.insert(event.call_event == CallEvent::ended ? Fault::call_end_doubled
                                                          : Fault::call_end_not_last);
    if (event.request.value != 0 && !written_.contains(event.request))
      faults_.insert(Fault::notified_before_response);
    if (event.call_event == CallEvent::tone) ++tones_;
    if (event.call_event == CallEvent::ended) over_ = true;
    if (!event.call_event) look_at_ending(event);
  }

  void look_at_ending(const Event& event) {
    const auto found = created_.find(event.operation);
    if (found == created_.end()) {
      faults_.insert(Fault::ending_of_unknown);
      return;
    }
    if (++found->second.endings > 1) faults_.insert(Fault::ending_doubled);
    if (!written_.contains(found->second.request)) faults_.insert(Fault::notified_before_response);
    for (const RequestId cancel : cancels_of_[event.operation]) {
      if (!written_.contains(cancel)) faults_.insert(Fault::notified_before_response);
    }
    if (cancelled_.contains(event.operation) && !is_cancelled(event.reason))
      faults_.insert(Fault::cancel_list_wrong);
    if (event.number.value == 0 || out_of_order_.contains(event.number)) return;
    if (event.number < last_ended_) faults_.insert(Fault::queue_order_broken);
    last_ended_ = std::max(last_ended_, event.number);
  }

  const Trace& trace_;
  std::set<Fault> faults_;
  std::map<RequestId, int> replies_;
  std::set<RequestId> written_;
  std::map<RequestId, std::vector<OperationNumber>> named_;   // by cancel
  std::map<OperationId, std::vector<RequestId>> cancels_of_;  // that said they cancelled it
  std::set<OperationId> cancelled_;
  std::map<OperationId, Created> created_;
  std::set<OperationNumber> out_of_order_;  // may end out of order: records, scoped cancels, withdrawn
  std::map<StopId, std::vector<OperationNumber>> stops_;  // not acknowledged
  std::set<OperationNumber> silent_;
  std::set<OperationNumber> running_;
  OperationNumber last_started_;
  OperationNumber last_ended_;
  std::uint64_t last_notification_ = 0;
  int keys_ = 0;
  int tones_ = 0;
  bool over_ = false;
};

}  // namespace

std::string_view name(Fault fault) {
  static constexpr std::string_view kNames[] = {
      "ending_missing",           "ending_doubled",    "ending_of_unknown",
      "call_end_missing",         "call_end_doubled",  "call_end_not_last",
      "queue_order_broken",       "two_running",       "start_before_stop_acknowledged",
      "cancel_answered_early",    "cancel_list_wrong", "tone_lost",
      "notified_before_response", "reply_missing",     "reply_doubled",
      "numbering_broken"};
  return kNames[static_cast<std::size_t>(fault)];
}

std::string describe(const Event& event) {
  static constexpr std::string_view kNames[] = {"requested", "replied",    "written",     "start posted",
                                                "running",   "audio over", "stop posted", "stop acked",
                                                "key",       "delivered"};
  std::vector<std::uint32_t> numbers;
  for (const OperationNumber number : event.numbers) numbers.push_back(number.value);
  std::string text = fmt::format("{:12} request={} number={} stop={} numbers=[{}]",
                                 kNames[static_cast<std::size_t>(event.what)], event.request.value,
                                 event.number.value, event.stop.value, fmt::join(numbers, ","));
  if (event.what == What::requested) text += event.cancel ? event.scoped ? " cancel some" : " cancel" : "";
  if (event.what == What::replied) text += event.ok ? " ok" : " refused";
  if (event.what != What::delivered) return text;
  return text + fmt::format(" #{} event={} reason={}", event.notification.value,
                            event.call_event ? static_cast<int>(*event.call_event) : -1,
                            static_cast<int>(event.reason));
}

std::set<Fault> check(const Trace& trace) {
  return Checker(trace).run();
}

}  // namespace tonearm::call::property
