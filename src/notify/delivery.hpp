#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.hpp"
#include "call/ports.hpp"
#include "notify/call_queue.hpp"
#include "notify/destination.hpp"
#include "notify/http_poster.hpp"
#include "notify/loop.hpp"
#include "notify/metrics.hpp"
#include "notify/verdict.hpp"

namespace tonearm::notify {

/// The bearer token of a notification; asked for at each attempt, so whoever makes it should keep it while it
/// is valid. Called on delivery's loop; must not block.
using TokenProvider = std::function<std::string(call::ApplicationId, call::TenantId)>;

struct DeliveryOptions {
  std::chrono::milliseconds answer_timeout{10'000};   ///< `notifications.timeout`
  std::chrono::milliseconds dead_bot_after{120'000};  ///< `notifications.dead_bot_after`
  RetryLimits retry;
};

/// What delivery works with; all of it outlives it.
struct DeliveryPorts {
  Loop& loop;
  call::OutboxStore& store;
  call::DeliveryListener& listener;
  HttpPoster& poster;
  TokenProvider token;
};

/// Brings the notifications of every call to its bot: per call in order and one in flight, per destination a
/// bounded number. A call whose webhook is slow or dead delays nobody else.
///
/// A head goes: gate open → body at hand (loaded if need be) → its destination has room (who waits for it
/// lets go of the body) → posted → delivered, parked, or again after a pause. Threading: everything on the
/// loop. Callbacks of store and poster are posted there and hold a weak pointer.
class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  Delivery(DeliveryPorts ports, DeliveryOptions options, std::shared_ptr<DeliveryMetrics> metrics);

  void publish(call::OutboxRow row, std::vector<call::RequestId> behind);
  void open_gate(call::RequestId request);
  /// Rows of an earlier life, in order per call. Before anything is published.
  void resume(const std::vector<call::OutboxRow>& rows);
  /// One that had been given up and is pending in the store again.
  void redeliver(call::CallId call, call::NotificationNumber number);

 private:
  using Phase = CallQueue::Phase;

  CallQueue& queue_of(call::CallId call);
  CallQueue* find(call::CallId call, call::NotificationNumber head, Phase phase);

  void advance(CallQueue& queue);
  void settle_exhausted(CallQueue& queue);
  using Loaded = void (Delivery::*)(call::CallId, call::NotificationNumber, std::optional<call::OutboxRow>);
  void load(CallQueue& queue, Phase meanwhile, Loaded then);
  void on_loaded(call::CallId call, call::NotificationNumber number, std::optional<call::OutboxRow> row);
  void enqueue(CallQueue& queue);
  void pump(const std::string& key);
  void wait_for_pause(const std::string& key, Destination& destination);
  void send(CallQueue& queue, Destination& destination);
  void on_body(call::CallId call, call::NotificationNumber number, std::optional<call::OutboxRow> row);
  void post(CallQueue& queue);
  void on_answer(call::CallId call, call::NotificationNumber number, const base::Result<PostAnswer>& result);
  void account(CallQueue& queue, Verdict verdict, bool answered);
  void delivered(CallQueue& queue);
  void try_again(CallQueue& queue, const Outcome& outcome);
  void retry_now(call::CallId call, call::NotificationNumber number);
  void park(CallQueue& queue, const call::GivenUp& because);

  void arm_sweep();
  void sweep();
  void check_silence(CallQueue& queue);
  [[nodiscard]] bool waits_in_vain(const CallQueue& queue);
  void park_untried(CallQueue& queue);

  void post_later(std::chrono::milliseconds delay, std::function<void(Delivery&)> task);

  // given
  const DeliveryPorts ports_;
  const DeliveryOptions options_;
  const std::shared_ptr<DeliveryMetrics> metrics_;  // outlives a door that closes while a task runs

  // state
  std::unordered_map<call::CallId, CallQueue> calls_;
  std::unordered_map<std::string, Destination> destinations_;      // by application and origin
  std::unordered_map<call::RequestId, call::CallId> gate_owners_;  // by request that holds something back
  bool sweep_armed_ = false;
};

}  // namespace tonearm::notify
