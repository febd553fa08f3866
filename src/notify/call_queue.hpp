#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "call/ports.hpp"
#include "notify/destination.hpp"

namespace tonearm::notify {

/// How long one notification is tried.
struct RetryLimits {
  std::chrono::milliseconds live{60'000};  ///< While the call lives, from its turn; then from its creation.
  std::chrono::milliseconds ending{24 * 3'600'000};  ///< `notifications.retry_for`, from its creation.
};

/// The notifications of one call that are not delivered yet: a head and a count; the bodies lie in the store.
/// At most the head's body is held here, and only while it need not wait for its destination.
/// Threading: delivery's loop. Pure.
class CallQueue {
 public:
  /// Where the head is on its way.
  enum class Phase : std::uint8_t {
    resting,      ///< Nothing to send, or held back by a gate.
    loading,      ///< The store looks for its body.
    queued,       ///< Waits for its destination.
    fetching,     ///< Has its turn; the store looks for its body.
    in_flight,    ///< Posted.
    backing_off,  ///< Failed, waits for its next attempt.
  };
  /// What is known of the head once it has been seen.
  struct Head {
    base::WallTime created;
    std::optional<base::WallTime> redelivered;
    bool ending = false;
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
  /// One that had been given up and lies in the store as pending again. It goes before all that have not been
  /// tried yet: its number is lower.
  void add_again(call::NotificationNumber number) { again_.insert(number.value); }
  /// Makes such a one the head, unless a head is being tried. For a queue that rests.
  void prefer_again();
  void open_gate(call::RequestId request);

  [[nodiscard]] call::CallId id() const { return id_; }
  [[nodiscard]] std::uint64_t count() const { return count_ + again_.size() + (again_head_ ? 1 : 0); }
  [[nodiscard]] call::NotificationNumber head_number() const {
    return call::NotificationNumber(again_head_.value_or(next_));
  }
  [[nodiscard]] bool exhausted() const { return !again_head_ && again_.empty() && nothing_new(); }
  [[nodiscard]] bool head_gated() const;
  /// The call's end was published: nothing new comes.
  [[nodiscard]] bool call_over() const { return call_over_; }
  /// All that it ever had was given up before.
  [[nodiscard]] bool only_again() const { return last_ == 0; }

  /// The head's row, as published or as loaded again.
  void set_head_row(call::OutboxRow row);
  /// The store has no such row: delivered or parked in an earlier life. Returns by how many the count shrank.
  std::uint64_t skip_head();
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
  Standing standing = Standing::fresh;  ///< At its destination.
  base::TimePoint sent_at{};            ///< Of the head's last attempt.
  std::optional<Head> head;             ///< Known from the head's first row on.
  std::string destination;              ///< Key of where the head goes; valid from `queued` on.
  bool silence_reported = false;

 private:
  [[nodiscard]] bool nothing_new() const { return count_ == 0 || next_ > last_; }
  void pop();

  const call::CallId id_;
  std::uint64_t next_ = 0;                   // the first that was never given up
  std::uint64_t last_ = 0;                   // published
  std::uint64_t count_ = 0;                  // numbers between may be missing: parked in an earlier life
  std::set<std::uint64_t> again_;            // numbers that were given up and wait once more
  std::optional<std::uint64_t> again_head_;  // the head, if it is such a one
  bool call_over_ = false;
  std::vector<std::pair<std::uint64_t, call::RequestId>> gates_;  // closed ones, by notification
  std::optional<base::WallTime> silent_since_;
};

}  // namespace tonearm::notify
