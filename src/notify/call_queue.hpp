#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "call/ports.hpp"

namespace tonearm::notify {

/// How long one notification is tried.
struct RetryLimits {
  std::chrono::milliseconds live{60'000};  ///< While the call lives, from its turn; then from its creation.
  std::chrono::milliseconds ending{24 * 3'600'000};  ///< `notifications.retry_for`, from its creation.
};

/// The notifications of one call that are not delivered yet: a head and a count; the bodies lie in the store.
/// At most the head's body is held here, and only until its first failure.
/// Threading: delivery's loop. Pure.
class CallQueue {
 public:
  /// Where the head is on its way.
  enum class Phase : std::uint8_t {
    resting,      ///< Nothing to send, or held back by a gate.
    loading,      ///< The store looks for its body.
    queued,       ///< Waits for its destination.
    in_flight,    ///< Posted.
    backing_off,  ///< Failed, waits for its next attempt.
  };
  /// What is known of the head once it has been seen.
  struct Head {
    base::WallTime created;
    bool ending = false;
    bool call_end = false;
    unsigned failures = 0;
    std::optional<base::WallTime> turn;  ///< When it could first have been sent.
    std::string last_failure;
    std::optional<call::OutboxRow> row;  ///< With the body.
  };

  explicit CallQueue(call::CallId id) : id_(id) {}

  /// One more at the end. `behind` holds it back.
  void add(call::OutboxRow row, std::vector<call::RequestId> behind);
  /// The same for a row that is on disk from an earlier life; its body is loaded when its turn comes.
  void add_stored(const call::OutboxRow& row);
  void open_gate(call::RequestId request);

  [[nodiscard]] call::CallId id() const { return id_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] call::NotificationNumber head_number() const { return call::NotificationNumber(next_); }
  [[nodiscard]] bool exhausted() const { return count_ == 0 || next_ > last_; }
  [[nodiscard]] bool head_gated() const;
  [[nodiscard]] bool call_over() const { return call_over_; }

  /// The head's row, as published or as loaded again.
  void set_head_row(call::OutboxRow row);
  /// The store has no such row: delivered or parked in an earlier life.
  void skip_head();
  /// The bot took it: it is alive.
  void head_delivered();
  /// Given up; the bot stays silent.
  void head_parked();
  /// Nothing is left although the count says so: forget it. Returns how many.
  std::uint64_t clear();

  /// From when on the head is parked instead of tried again.
  [[nodiscard]] base::WallTime deadline(const RetryLimits& limits) const;
  /// Creation of the oldest notification that the bot did not take, since it last took one.
  [[nodiscard]] std::optional<base::WallTime> silent_since() const { return silent_since_; }

  Phase phase = Phase::resting;
  std::optional<Head> head;  ///< Known from the head's first row on.
  std::string destination;   ///< Key of where the head goes; valid from `queued` on.
  bool silence_reported = false;

 private:
  void pop();

  const call::CallId id_;
  std::uint64_t next_ = 0;   // the head
  std::uint64_t last_ = 0;   // published
  std::uint64_t count_ = 0;  // numbers between may be missing: parked in an earlier life
  bool call_over_ = false;
  std::vector<std::pair<std::uint64_t, call::RequestId>> gates_;  // closed ones, by notification
  std::optional<base::WallTime> silent_since_;
};

}  // namespace tonearm::notify
