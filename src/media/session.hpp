#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "media/dispatcher.hpp"
#include "media/key_sender.hpp"
#include "media/media_thread.hpp"
#include "media/play_operation.hpp"
#include "media/prompt_store.hpp"
#include "media/record_operation.hpp"
#include "media/recorder.hpp"
#include "media/reports.hpp"
#include "media/stream.hpp"

namespace tonearm::media {

/// One entry of a play operation: a prompt to be fetched, or one that is there already.
struct PlayItem {
  PromptKey key;
  std::uint32_t loops = 1;  ///< ≥ 1
  PromptPtr prompt;         ///< If set, `key` means nothing.
};

struct PlayRequest {
  std::vector<PlayItem> items;  ///< ≥ 1
  bool forever = false;         ///< Until stopped.
};

struct RecordRequest {
  base::Guid operation;  ///< Names its file.
  std::optional<PlayItem> prompt;
  RecordRules rules;
};

/// One leg's media, as the rest of the server holds it. Commands name operations by number and are carried
/// out in the order in which they are posted; what becomes of them comes as reports. The engine keeps it
/// until `Closed`. Threading: thread-safe; no `post_…` blocks, and none is dropped.
class Session : public std::enable_shared_from_this<Session> {
 public:
  struct Environment {
    MediaThread& thread;
    Dispatcher& dispatcher;
    PromptStore& prompts;
    Recorder* recorder = nullptr;  ///< None: records fail.
  };
  using Over = std::function<void(Session&)>;

  /// `over` is called once after `Closed`.
  Session(Environment environment, RtpSockets sockets, Stream::Options options, ReportSink sink, Over over);
  void post_attach();

  void post_update(const StreamSettings& settings);
  /// Fetches, decodes, encodes; reports Ready or Failed.
  void post_prepare(OperationNumber number, PlayRequest request);
  void post_prepare(OperationNumber number, RecordRequest request);
  /// It begins when those started before are over and it is ready; at once if nothing plays.
  void post_start(OperationNumber number);
  /// Reports one Stopped that names each of `numbers`, also those that are only being prepared.
  void post_stop(StopId stop, const std::vector<OperationNumber>& numbers);
  /// Copies of what is received go there; null ends it.
  void post_tap(std::shared_ptr<ReceiveTap> tap);
  /// What is received goes to the other side of the relay, and what comes from there is sent.
  void post_relay(std::unique_ptr<Relay> relay);
  /// A key that the far end pressed, by signalling; see KeySource.
  void post_key(Key key);
  /// Sends keys when those posted before are sent; reports KeysSent. Beside what is played, and not to be
  /// stopped. `delay`: between one and the next.
  void post_send_keys(OperationNumber number, std::vector<Key> keys, std::chrono::milliseconds delay);
  /// `done` gets the last packets, on the dispatcher's thread, also while the session closes.
  void post_read_packets(std::function<void(SessionPackets)> done);
  /// Idempotent. Operations are forgotten without a report.
  void post_close();

  [[nodiscard]] const base::Endpoint& local_rtp() const { return stream_.local_rtp(); }
  [[nodiscard]] const base::Endpoint& local_rtcp() const { return stream_.local_rtcp(); }

 private:
  class AttachCommand;
  class UpdateCommand;
  class ArmCommand;
  class StopCommand;
  class TapCommand;
  class RelayCommand;
  class KeyCommand;
  class SendKeysCommand;
  class ReadPacketsCommand;
  class CloseCommand;

  struct Operation {
    std::unique_ptr<QueuedOperation> queued;
    std::shared_ptr<Playlist> prompts;
    RecordOperation* record = nullptr;  // `queued`, if it is one
    base::Guid recording;
    std::vector<PromptStore::WaiterId> waits;
    bool ready = false;
    bool start_wanted = false;
    bool armed = false;  // it is the media thread's
  };
  using Operations = std::unordered_map<OperationNumber, Operation>;

  void report(const Report& report) const { sink_(report); }
  void tell(Report report);
  void prepare_item(OperationNumber number, std::size_t place, const PlayItem& item);
  void become_ready(OperationNumber number, Operation& operation);
  void on_prompt(OperationNumber number, std::size_t place, const PromptResult& result);
  void on_first_prompt(Operations::iterator operation, const PromptResult& result);
  void await_prompt(OperationNumber number, std::size_t place, const PromptKey& key);
  void arm(Operation& operation);
  void on_ended(OperationNumber number);
  void end_record(const Operation& operation);
  void close_recording(const Operation& operation, bool tell_written);
  void on_stopped(const Stopped& stopped);
  void on_keys_sent(OperationNumber number);
  void on_closed();
  void forget_waits(const std::vector<PromptStore::WaiterId>& waits);

  const Environment environment_;
  const ReportSink sink_;
  const Over over_;
  Stream stream_;

  std::mutex mutex_;  // guards all below
  Operations operations_;
  std::unordered_map<OperationNumber, std::unique_ptr<SendKeysOperation>> sending_keys_;
  bool closed_ = false;
};

}  // namespace tonearm::media
