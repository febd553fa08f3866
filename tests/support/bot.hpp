#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "http_listener.hpp"
#include "inbox.hpp"

namespace tonearm::testing {

/// One webhook POST as it arrived.
struct Heard {
  std::int64_t at_ns = 0;  ///< CLOCK_REALTIME
  HttpMessage request;
  boost::json::object notification;  ///< `value[0]`

  [[nodiscard]] std::string change() const;
  [[nodiscard]] std::string url() const;
  [[nodiscard]] const boost::json::object& data() const;
  /// Member of `resourceData`, if it is a string; else empty.
  [[nodiscard]] std::string text(const char* member) const;
  /// `code` and `subcode` of its `resultInfo`.
  [[nodiscard]] std::pair<int, int> result() const;
  [[nodiscard]] std::string type() const { return text("@odata.type"); }
};

/// A bot's webhook and file server: writes down every notification, answers as told (202 otherwise), serves
/// WAVs. Threading: a thread per connection; everything public is thread-safe.
class Bot {
 public:
  Bot();

  [[nodiscard]] std::string url(const std::string& path = "/api/calls") const;
  [[nodiscard]] std::vector<Heard> heard() const;
  /// Waits for a notification that fits, seen or to come; each is handed out once.
  std::optional<Heard> wait(const std::function<bool(const Heard&)>& fits,
                            std::chrono::milliseconds timeout = 20s);
  std::optional<Heard> wait_state(const std::string& state, std::chrono::milliseconds timeout = 20s);
  std::optional<Heard> wait_audio(std::chrono::milliseconds timeout = 20s);
  std::optional<Heard> wait_operation_end(const std::string& id, std::chrono::milliseconds timeout = 20s);
  /// The call id of the next incoming call.
  std::string wait_incoming(std::chrono::milliseconds timeout = 20s);

  /// What a webhook POST is answered with from now on: a status, or 0 = keep silent. Called on the
  /// connection's thread.
  void answer_with(std::function<int(const Heard&)> answer);
  /// Serves `bytes` at `path`.
  void serve(const std::string& path, std::string bytes, std::string type = "audio/wav");

 private:
  std::string respond(const HttpMessage& request);

  Inbox<Heard> heard_;
  std::mutex mutex_;  // guards answer_ and files_
  std::function<int(const Heard&)> answer_;
  std::map<std::string, std::pair<std::string, std::string>> files_;
  HttpListener listener_;  // last
};

/// 16 kHz mono 16-bit WAV of a sine at −6 dBFS.
std::string tone_wav(double hertz, double seconds, int rate = 16000);

}  // namespace tonearm::testing
