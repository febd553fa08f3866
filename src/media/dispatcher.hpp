#pragma once

#include <atomic>
#include <thread>

#include "media/mailbox.hpp"
#include "media/waker.hpp"

namespace tonearm::media {

/// Takes reports off the media threads: who listens may allocate and lock, which those must not.
/// Threading: `post` from any thread; reports are delivered on its own thread, in the order of posting.
class Dispatcher {
 public:
  Dispatcher();
  /// Delivers what has been posted, then ends.
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  void post(Mail& mail);
  /// As `post`, for a report made on the spot.
  void tell(std::function<void()> report);

 private:
  void run();

  MailQueue mail_;
  Waker waker_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace tonearm::media
