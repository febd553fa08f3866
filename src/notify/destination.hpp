#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_set>

#include "base/clock.hpp"
#include "call/ids.hpp"

namespace tonearm::notify {

/// What is known of a call at its destination.
enum class Standing : std::uint8_t {
  proven,   ///< Its last attempt was answered.
  fresh,    ///< Nothing, or nothing that is the call's own fault.
  hanging,  ///< Its last attempt got no answer although others of the destination got theirs.
};

/// One place that takes notifications of one application (scheme, host, port): how many may be on their way
/// to it now, and who waits for a turn. Five failures in a row leave one probe at a time, with pauses; after
/// that each success allows one more.
///
/// If some of its calls hang while it answers others, they get half of the room at most, and a quarter stays
/// free for calls that are known to be answered: those wait for nobody's time-out.
/// Threading: delivery's loop. Pure.
class Destination {
 public:
  static constexpr unsigned kInFlightMax = 16;
  static constexpr unsigned kFailuresToProbe = 5;
  /// After a call has hung, room is kept from its like for so long.
  static constexpr base::milliseconds kWary{60'000};

  /// Behind all who have asked before.
  void wait(call::CallId call, Standing standing);
  void leave(const std::unordered_set<call::CallId>& calls);
  [[nodiscard]] bool nobody_waits() const;
  /// Who may send now, taken from the waiting; none if nobody may.
  [[nodiscard]] std::optional<call::CallId> next(base::TimePoint now);
  /// Not before this time, whoever waits.
  [[nodiscard]] base::TimePoint pause_until() const { return pause_until_; }

  void on_sent(base::TimePoint now, Standing standing);
  /// There was nothing to send after all.
  void on_withdrawn(Standing standing) { --in_flight_[place(standing)]; }
  /// The far end spoke sensibly, be it a refusal.
  void on_reached(base::TimePoint now, Standing standing);
  /// It asked for another attempt. `random` in [0, 1).
  void on_failed(base::TimePoint now, Standing standing, double random);
  /// No answer to what was sent then. False if others were answered meanwhile: the call hangs, not the place.
  bool on_unanswered(base::TimePoint now, Standing standing, base::TimePoint sent, double random);

  [[nodiscard]] unsigned limit() const { return limit_; }
  [[nodiscard]] unsigned in_flight() const;
  [[nodiscard]] bool idle() const { return in_flight() == 0 && nobody_waits(); }
  /// Nothing worth remembering: unused, and healthy or long forgotten.
  [[nodiscard]] bool forgettable(base::TimePoint now) const;

  bool timer_armed = false;  ///< A task of the loop looks in at `pause_until`.

 private:
  struct Waiting {
    call::CallId call;
    std::uint64_t turn = 0;
  };
  static constexpr std::size_t kStandings = 3;
  [[nodiscard]] static std::size_t place(Standing standing) { return static_cast<std::size_t>(standing); }
  [[nodiscard]] bool has_room(Standing standing, base::TimePoint now) const;
  void count_failure(base::TimePoint now, double random);

  std::array<std::deque<Waiting>, kStandings> waiting_;
  std::uint64_t turns_ = 0;
  std::array<unsigned, kStandings> in_flight_{};
  unsigned limit_ = kInFlightMax;
  unsigned failures_ = 0;  // in a row
  unsigned failed_probes_ = 0;
  base::TimePoint pause_until_{};
  base::TimePoint reached_at_{};
  base::TimePoint wary_until_{};
  base::TimePoint last_used_{};
};

}  // namespace tonearm::notify
