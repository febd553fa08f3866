#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "api_client.hpp"
#include "bot.hpp"
#include "callers.hpp"
#include "http_listener.hpp"
#include "measured_server.hpp"
#include "sip_crowd.hpp"

namespace tonearm::bench {

/// A port with webhooks, by path, that writes down which operations were told of and when. Threading: a
/// thread per connection; everything public is thread-safe.
class WebhookHost {
 public:
  enum class Manner { well, hanging, dead };  ///< dead: closes without an answer

  WebhookHost();
  [[nodiscard]] std::string url(const std::string& path) const { return listener_.url(path); }
  /// How a path answers from now on; `well` if it was never told.
  void behave(const std::string& path, Manner manner);
  /// When the ending of an operation arrived [ns, CLOCK_REALTIME]; 0 if it did not.
  [[nodiscard]] std::int64_t told(const std::string& operation) const;

 private:
  bool respond(const testing::HttpMessage& request, testing::HttpConnection& connection,
               const std::stop_token& stop);
  [[nodiscard]] Manner manner(const std::string& path) const;

  mutable std::mutex mutex_;                            // guards the next two
  std::map<std::string, Manner> manners_;               // by path
  std::unordered_map<std::string, std::int64_t> told_;  // by operation
  testing::HttpListener listener_;                      // last
};

/// Calls on hold, each with a webhook of its own.
class WebhookCrowd {
 public:
  /// `callback`: of the n-th call.
  WebhookCrowd(const MeasuredServer& server, testing::Bot& bot, unsigned calls,
               const std::function<std::string(unsigned)>& callback);
  ~WebhookCrowd();

  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  [[nodiscard]] const std::string& id(std::size_t call) const { return ids_[call]; }

 private:
  std::vector<std::string> ids_;
  Callers callers_;
  SipCrowd crowd_;
};

/// A play that fails at once: its ending is a notification.
struct Told {
  std::size_t call = 0;
  std::string operation;
  std::int64_t asked_ns = 0;
};

/// Has `per_second` such plays asked for in turns by all calls, for so long. Several connections.
std::vector<Told> tell(const MeasuredServer& server, const WebhookCrowd& crowd, unsigned per_second,
                       std::chrono::milliseconds time);

}  // namespace tonearm::bench
