#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "call/ports.hpp"
#include "net/errc.hpp"
#include "notify/event_sink.hpp"

namespace tonearm::notify::testing {

using namespace std::chrono_literals;

/// Time stands still until it is turned on.
class ManualLoop final : public Loop {
 public:
  void post(Task task) override { tasks_.push_back(std::move(task)); }
  void call_after(std::chrono::milliseconds delay, Task task) override {
    timers_.emplace(now_ + delay, std::move(task));
  }
  [[nodiscard]] base::TimePoint now() const override { return now_; }
  [[nodiscard]] base::WallTime wall_now() const override {
    return base::WallTime(std::chrono::hours(24 * 365 * 55)) + now_.time_since_epoch();
  }
  [[nodiscard]] double random() override { return 0.5; }  // no jitter

  void run() {
    while (!tasks_.empty()) {
      const Task task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }
  /// Turns the clock on, with everything that falls due on the way.
  void advance(std::chrono::milliseconds by) {
    run();
    const base::TimePoint end = now_ + by;
    while (!timers_.empty() && timers_.begin()->first <= end) {
      now_ = std::max(now_, timers_.begin()->first);
      const Task task = std::move(timers_.extract(timers_.begin()).mapped());
      task();
      run();
    }
    now_ = end;
  }

 private:
  base::TimePoint now_{std::chrono::hours(1)};
  std::deque<Task> tasks_;
  std::multimap<base::TimePoint, Task> timers_;
};

/// A webhook that keeps every request until the test answers it, or answers at once by a script.
class ScriptedWebhook final : public HttpPoster {
 public:
  struct Open {
    PostRequest request;
    Handler handler;
  };

  void post(PostRequest request, Handler handler) override {
    seen.push_back(request);
    if (const auto answer = script ? script(request) : std::nullopt) return handler(*answer);
    open.push_back({std::move(request), std::move(handler)});
  }

  void answer(int status, std::string retry_after = {}) {
    finish(PostAnswer{status, std::move(retry_after)});
  }
  void break_connection() { finish(base::fail(net::NetErrc::connect_failed)); }
  /// Answers the oldest request with this body; how it came into `open` does not matter.
  void finish(const std::string& body, base::Result<PostAnswer> result) {
    const auto found = std::ranges::find(open, body, [](const Open& one) { return one.request.body; });
    const Open taken = std::move(*found);
    open.erase(found);
    taken.handler(std::move(result));
  }
  /// Bodies in the order in which they came, repeats included.
  [[nodiscard]] std::vector<std::string> bodies() const {
    std::vector<std::string> all;
    for (const auto& request : seen) all.push_back(request.body);
    return all;
  }

  std::function<std::optional<base::Result<PostAnswer>>(const PostRequest&)> script;
  std::vector<PostRequest> seen;
  std::deque<Open> open;

 private:
  void finish(base::Result<PostAnswer> result) {
    const Open first = std::move(open.front());
    open.pop_front();
    first.handler(std::move(result));
  }
};

/// The outbox in memory, as honest as the real one: what is marked is no longer found.
class MemoryOutbox final : public call::OutboxStore {
 public:
  using Key = std::pair<call::CallId, call::NotificationNumber>;

  void load(call::CallId call, call::NotificationNumber number,
            std::function<void(std::optional<call::OutboxRow>)> done) override {
    ++loads;
    const auto found = rows.find({call, number});
    done(found == rows.end() ? std::nullopt : std::optional(found->second));
  }
  void mark_delivered(call::CallId call, call::NotificationNumber number) override {
    rows.erase({call, number});
  }
  void mark_parked(call::CallId call, call::NotificationNumber number, call::GivenUp because) override {
    const auto row = rows.extract({call, number});
    parked.insert_or_assign(Key{call, number},
                            Parked{row.empty() ? call::OutboxRow{} : row.mapped(), because});
  }
  std::vector<call::OutboxRow> load_pending() override {
    std::vector<call::OutboxRow> pending;
    for (const auto& [key, row] : rows) {
      pending.push_back(row);
      pending.back().body.clear();
    }
    return pending;
  }

  struct Parked {
    call::OutboxRow row;
    call::GivenUp because;
  };
  std::map<Key, call::OutboxRow> rows;
  std::map<Key, Parked> parked;
  int loads = 0;
};

class RecordingListener final : public call::DeliveryListener {
 public:
  void on_delivered(call::CallId, call::NotificationNumber number) override {
    delivered.push_back(number.value);
  }
  void on_attempt_failed(call::CallId, call::NotificationNumber number,
                         const call::GivenUp& because) override {
    failed_attempts.emplace_back(number.value, because);
  }
  void on_parked(call::CallId, call::NotificationNumber number, const call::GivenUp&) override {
    parked.push_back(number.value);
  }
  void on_bot_silent(call::CallId call) override { silent.push_back(call); }

  std::vector<std::uint64_t> delivered;
  std::vector<std::pair<std::uint64_t, call::GivenUp>> failed_attempts;
  std::vector<std::uint64_t> parked;
  std::vector<call::CallId> silent;
};

/// An event sink between fakes. `publish` writes the row to the outbox first, as a commit does.
class Bench {
 public:
  explicit Bench(DeliveryOptions options = {}) : options_(options) { restart(); }

  /// The process dies and comes back: what is in memory is lost, the outbox is not.
  void restart() {
    sink.reset();
    webhook.open.clear();
    sink = std::make_unique<EventSink>(
        DeliveryPorts{loop, outbox, listener, webhook,
                      [](call::ApplicationId, call::TenantId) { return "token"; }},
        options_);
    sink->post_resume(outbox.load_pending());
    loop.run();
  }

  call::OutboxRow row(call::CallId call, std::uint64_t number) const {
    call::OutboxRow row;
    row.call = call;
    row.number = call::NotificationNumber(number);
    row.message_id = base::Guid::random();
    row.application = application;
    row.chain_id = "chain";
    row.url = "https://bot.example.com/calls?x=1";
    row.body = std::to_string(number);
    row.created = loop.wall_now();
    return row;
  }
  void publish(call::OutboxRow row, std::vector<call::RequestId> behind = {}) {
    outbox.rows[{row.call, row.number}] = row;
    sink->post_publish(std::move(row), std::move(behind));
    loop.run();
  }
  void publish(call::CallId call, std::uint64_t number, std::vector<call::RequestId> behind = {}) {
    publish(row(call, number), std::move(behind));
  }
  /// Takes it from the parked ones, as the store does, and has it sent again.
  void redeliver(call::CallId call, std::uint64_t number) {
    auto parked = outbox.parked.extract({call, call::NotificationNumber(number)});
    parked.mapped().row.redelivered = loop.wall_now();
    outbox.rows[parked.key()] = parked.mapped().row;
    sink->post_redeliver(call, call::NotificationNumber(number));
    loop.run();
  }
  void answer(int status, std::string retry_after = {}) {
    webhook.answer(status, std::move(retry_after));
    loop.run();
  }
  void break_connection() {
    webhook.break_connection();
    loop.run();
  }
  void open_gate(call::RequestId request) {
    sink->post_open_gate(request);
    loop.run();
  }

  ManualLoop loop;
  ScriptedWebhook webhook;
  MemoryOutbox outbox;
  RecordingListener listener;
  call::ApplicationId application{base::Guid::random()};
  std::unique_ptr<EventSink> sink;

 private:
  const DeliveryOptions options_;
};

inline call::CallId new_call() {
  return call::CallId(base::Guid::random());
}

}  // namespace tonearm::notify::testing
