#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "base/thread_clock.hpp"
#include "media/counters.hpp"
#include "media/dispatcher.hpp"
#include "media/mailbox.hpp"
#include "media/packet_io.hpp"
#include "media/stream.hpp"
#include "media/thread_priority.hpp"
#include "media/tick_schedule.hpp"
#include "media/waker.hpp"

namespace tonearm::media {

/// One thread of the engine. It sleeps until the next tick or until mail comes; packets do not wake it. A
/// tick is: mail, everything that has arrived, mail again, the due sends, one submission, reports. A wake
/// between ticks is for mail only.
///
/// Mail is looked at when no frame is staged and not submitted: what a stop finds is what the kernel has got.
/// Threading: `post`, counters and questions from any thread; commands (`Mail::arrive`) use the rest on the
/// thread.
class MediaThread {
 public:
  struct Options {
    unsigned index = 0;
    IoBackend backend = IoBackend::automatic;
    IoLimits limits;
    bool raise_priority = true;
  };

  MediaThread(Options options, Dispatcher& dispatcher);
  /// All streams must be closed.
  ~MediaThread();
  MediaThread(const MediaThread&) = delete;
  MediaThread& operator=(const MediaThread&) = delete;

  /// Errors: `no_io_uring`, `no_thread`.
  base::Result<void> start();
  void post(Mail& mail);

  [[nodiscard]] const ThreadCounters& counters() const { return counters_; }
  /// CPU time that it has used.
  [[nodiscard]] std::chrono::nanoseconds cpu_time() {
    return base::ThreadClock(thread_.native_handle()).used();
  }
  [[nodiscard]] std::string_view backend() const { return backend_name_; }
  [[nodiscard]] ThreadPriority priority() const { return priority_; }

  // On the thread, for commands.
  void attach(Stream& stream);
  void update(Stream& stream, const StreamSettings& settings);
  std::unique_ptr<Relay> join(Stream& stream, std::unique_ptr<Relay> relay);
  /// `closed` goes to the dispatcher when nothing of the stream is in flight any more.
  void close(Stream& stream, Mail& closed);
  [[nodiscard]] ThreadCounters& counters() { return counters_; }
  /// Before the command's own reply.
  void report(Mail& mail) { dispatcher_.post(mail); }

 private:
  struct Closing {
    Stream* stream;
    Mail* closed;
  };

  void run(std::promise<base::Result<void>>& started);
  void wake();
  void take_mail();
  void receive();
  void run_ticks();
  void run_relays();
  void submit();
  void finish_closing();

  const Options options_;
  Dispatcher& dispatcher_;
  MailQueue mail_;
  Waker waker_;
  std::atomic<bool> stopping_{false};
  ThreadCounters counters_;
  std::string_view backend_name_;
  ThreadPriority priority_ = ThreadPriority::ordinary;
  std::thread thread_;

  // The thread's own.
  std::unique_ptr<PacketIo> io_;
  TickSchedule schedule_;
  WakeTime time_;
  std::vector<Stream*> ticked_;  // in this wake
  std::vector<Stream*> relaying_;
  std::vector<Closing> closing_;
};

}  // namespace tonearm::media
