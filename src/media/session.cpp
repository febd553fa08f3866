#include "media/session.hpp"

#include <utility>

#include "media/session_commands.hpp"

namespace tonearm::media {

Session::Session(Environment environment, RtpSockets sockets, Stream::Options options, ReportSink sink,
                 Over over)
    : environment_(environment),
      sink_(std::move(sink)),
      over_(std::move(over)),
      stream_(
          std::move(sockets), std::move(options), [this] { report(MediaLost{}); },
          [this](Key key) { report(KeyHeard{key}); }) {}

void Session::post_attach() {
  tell(Opened{stream_.local_rtp(), stream_.local_rtcp()});
  environment_.thread.post(*new AttachCommand(*this));
}

void Session::tell(Report report) {
  environment_.dispatcher.tell(
      [self = shared_from_this(), report = std::move(report)] { self->report(report); });
}

void Session::post_update(const StreamSettings& settings) {
  const std::lock_guard lock(mutex_);
  if (!closed_) environment_.thread.post(*new UpdateCommand(*this, settings));
}

void Session::post_tap(std::shared_ptr<ReceiveTap> tap) {
  const std::lock_guard lock(mutex_);
  if (!closed_) environment_.thread.post(*new TapCommand(*this, std::move(tap)));
}

void Session::post_relay(std::unique_ptr<Relay> relay) {
  const std::lock_guard lock(mutex_);
  if (!closed_) environment_.thread.post(*new RelayCommand(*this, std::move(relay)));
}

void Session::post_key(Key key) {
  const std::lock_guard lock(mutex_);
  if (!closed_) environment_.thread.post(*new KeyCommand(*this, key));
}

/// Not held back by the end of the session: its packets stay where they are.
void Session::post_read_packets(std::function<void(SessionPackets)> done) {
  environment_.thread.post(*new ReadPacketsCommand(*this, std::move(done)));
}

void Session::post_send_keys(OperationNumber number, std::vector<Key> keys, std::chrono::milliseconds delay) {
  const std::lock_guard lock(mutex_);
  if (closed_ || keys.empty() || sending_keys_.contains(number)) return;
  const auto& operation = sending_keys_[number] = std::make_unique<SendKeysOperation>(
      number, std::move(keys), delay, [this, number] { on_keys_sent(number); });
  environment_.thread.post(*new SendKeysCommand(*this, *operation));
}

void Session::on_keys_sent(OperationNumber number) {
  {
    const std::lock_guard lock(mutex_);
    sending_keys_.erase(number);
  }
  report(KeysSent{number});
}

void Session::post_prepare(OperationNumber number, PlayRequest request) {
  std::vector<std::uint32_t> loops;
  for (const PlayItem& item : request.items) loops.push_back(item.loops);
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || operations_.contains(number)) return;
    Operation& operation = operations_[number];
    operation.prompts = std::make_shared<Playlist>(loops, request.forever);
    operation.queued = std::make_unique<PlayOperation>(
        number, operation.prompts, [this, number] { report(Started{number}); },
        [this, number] { on_ended(number); });
  }
  for (std::size_t place = 0; place < request.items.size(); ++place)
    prepare_item(number, place, request.items[place]);
}

void Session::prepare_item(OperationNumber number, std::size_t place, const PlayItem& item) {
  if (item.prompt)
    on_prompt(number, place, item.prompt);
  else
    await_prompt(number, place, item.key);
}

void Session::await_prompt(OperationNumber number, std::size_t place, const PromptKey& key) {
  const auto waiter =
      environment_.prompts.request(key, [weak = weak_from_this(), number, place](const auto& result) {
        if (const auto self = weak.lock()) self->on_prompt(number, place, result);
      });
  {
    const std::lock_guard lock(mutex_);
    if (const auto operation = operations_.find(number); operation != operations_.end()) {
      operation->second.waits.push_back(waiter);
      return;
    }
  }
  environment_.prompts.forget(waiter);  // it was stopped meanwhile
}

void Session::on_prompt(OperationNumber number, std::size_t place, const PromptResult& result) {
  std::vector<PromptStore::WaiterId> needless;
  {
    const std::lock_guard lock(mutex_);
    const auto operation = operations_.find(number);
    if (closed_ || operation == operations_.end()) return;
    Playlist& list = *operation->second.prompts;
    if (result)
      list.fill(place, *result);
    else
      list.fail(place, result.error());
    if (place == 0) {
      if (!result) needless = operation->second.waits;
      on_first_prompt(operation, result);
    }
  }
  forget_waits(needless);
}

void Session::on_first_prompt(Operations::iterator operation, const PromptResult& result) {
  auto& [number, held] = *operation;
  if (!result) {
    tell(Failed{number, result.error()});
    operations_.erase(operation);
    return;
  }
  become_ready(number, held);
}

void Session::become_ready(OperationNumber number, Operation& operation) {
  operation.ready = true;
  tell(Ready{number});
  if (operation.start_wanted) arm(operation);
}

void Session::post_start(OperationNumber number) {
  const std::lock_guard lock(mutex_);
  const auto found = operations_.find(number);
  if (closed_ || found == operations_.end() || found->second.armed) return;
  found->second.start_wanted = true;
  if (found->second.ready) arm(found->second);
}

void Session::arm(Operation& operation) {
  operation.armed = true;
  if (operation.record != nullptr)
    operation.record->capture_into(environment_.recorder->open(operation.recording));
  environment_.thread.post(*new ArmCommand(*this, *operation.queued));
}

void Session::on_ended(OperationNumber number) {
  Operations over;
  {
    const std::lock_guard lock(mutex_);
    over.insert(operations_.extract(number));
  }
  if (over.empty()) return;
  const Operation& operation = over.begin()->second;
  if (operation.record != nullptr) return end_record(operation);
  Ended ended{.number = number, .sent = operation.queued->duration(), .failure = {}};
  if (const PromptFailure* failure = operation.prompts->failure()) ended.failure = *failure;
  report(ended);
}

void Session::post_stop(StopId stop, const std::vector<OperationNumber>& numbers) {
  Stopped stopped{.stop = stop, .cut_at = {}, .results = {}};
  std::vector<std::size_t> for_thread;
  std::vector<std::unique_ptr<QueuedOperation>> forgotten;
  std::vector<PromptStore::WaiterId> needless;
  {
    const std::lock_guard lock(mutex_);
    for (const OperationNumber number : numbers) {
      stopped.results.push_back({.number = number, .outcome = StopOutcome::nothing, .sent = {}});
      const auto found = operations_.find(number);
      if (found == operations_.end()) continue;
      needless.insert(needless.end(), found->second.waits.begin(), found->second.waits.end());
      if (found->second.armed) {
        for_thread.push_back(stopped.results.size() - 1);
        continue;
      }
      stopped.results.back().outcome = StopOutcome::never_started;
      forgotten.push_back(std::move(found->second.queued));
      operations_.erase(found);
    }
    auto* command = new StopCommand(*this, std::move(stopped), std::move(for_thread), std::move(forgotten));
    if (closed_)
      environment_.dispatcher.post(*command);
    else
      environment_.thread.post(*command);
  }
  forget_waits(needless);
}

void Session::on_stopped(const Stopped& stopped) {
  Operations over;
  {
    const std::lock_guard lock(mutex_);
    for (const StopResult& result : stopped.results) {
      const auto found = operations_.find(result.number);
      if (found == operations_.end()) continue;
      over.insert(operations_.extract(found));
    }
  }
  report(stopped);
  for (const auto& [number, operation] : over)
    if (operation.record != nullptr) close_recording(operation, true);
}

void Session::post_close() {
  std::vector<PromptStore::WaiterId> needless;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closed_, true)) return;
    for (const auto& [number, operation] : operations_)
      needless.insert(needless.end(), operation.waits.begin(), operation.waits.end());
    environment_.thread.post(*new CloseCommand(*this));
  }
  forget_waits(needless);
}

void Session::on_closed() {
  Operations over;
  {
    const std::lock_guard lock(mutex_);
    over = std::exchange(operations_, {});
    sending_keys_.clear();
  }
  for (const auto& [number, operation] : over)
    if (operation.record != nullptr) close_recording(operation, false);
  // The sockets are closed before anyone hears of it: the port may be handed out again.
  const StreamStats stats = stream_.stats();
  stream_.close_sockets();
  report(Closed{stats, {local_rtp(), stream_.packets().read()}});
  over_(*this);
}

void Session::forget_waits(const std::vector<PromptStore::WaiterId>& waits) {
  for (const auto waiter : waits) environment_.prompts.forget(waiter);
}

}  // namespace tonearm::media
