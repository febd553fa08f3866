#pragma once

#include <deque>

#include "base/clock.hpp"
#include "call/ids.hpp"

namespace tonearm::notify {

/// One place that takes notifications of one application (scheme, host, port): how many may be on their way
/// to it now, and who waits for a turn. Five failures in a row leave one probe at a time, with pauses; after
/// that each success allows one more. Threading: delivery's loop. Pure but for its queue.
class Destination {
 public:
  static constexpr unsigned kInFlightMax = 16;
  static constexpr unsigned kFailuresToProbe = 5;

  /// Calls in the order in which they asked; `Delivery` takes them from the front.
  std::deque<call::CallId> waiting;

  [[nodiscard]] bool may_send(base::TimePoint now) const {
    return in_flight_ < limit_ && now >= pause_until_;
  }
  /// Not before this time, whoever waits.
  [[nodiscard]] base::TimePoint pause_until() const { return pause_until_; }
  void on_sent(base::TimePoint now);
  /// The far end spoke sensibly, be it a refusal.
  void on_reached();
  /// `random` in [0, 1).
  void on_failed(base::TimePoint now, double random);

  [[nodiscard]] unsigned limit() const { return limit_; }
  [[nodiscard]] unsigned in_flight() const { return in_flight_; }
  [[nodiscard]] bool idle() const { return in_flight_ == 0 && waiting.empty(); }
  /// Nothing worth remembering: unused, and healthy or long forgotten.
  [[nodiscard]] bool forgettable(base::TimePoint now) const;

  bool timer_armed = false;  ///< A task of the loop looks in at `pause_until`.

 private:
  unsigned limit_ = kInFlightMax;
  unsigned in_flight_ = 0;
  unsigned failures_ = 0;  // in a row
  unsigned failed_probes_ = 0;
  base::TimePoint pause_until_{};
  base::TimePoint last_used_{};
};

}  // namespace tonearm::notify
