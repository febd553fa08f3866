#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/thread_pool.hpp>

#include "call/recordings.hpp"
#include "graph/describe_event.hpp"
#include "http/service.hpp"

namespace tonearm::http {

/// Where recordings are and what is known of them; all of it outlives the routes.
struct RecordingPorts {
  call::RecordingStore& rows;
  call::RecordingFiles& files;
  /// Told what whoever has the recording's own token is answered; may be unset. Any thread; must not block.
  std::function<void(call::CallId, const graph::RecordingAsked&)> asked = {};
};

/// `GET` and `HEAD` of `/tonearm/recordings/{operation id}`: a recording for whoever has its own token, and
/// nobody else (operations.md §5, §7). Threading: thread-safe; files are read on threads of its own.
class RecordingRoutes {
 public:
  /// `wait`: how long a request waits for a file that is still being built.
  explicit RecordingRoutes(RecordingPorts ports, std::chrono::milliseconds wait = std::chrono::seconds(10));
  ~RecordingRoutes();

  [[nodiscard]] static bool is_own(std::string_view path);
  void handle(Request request, Responder respond);

 private:
  struct Download;
  using DownloadPtr = std::shared_ptr<Download>;

  void on_row(const DownloadPtr& download, const std::optional<call::OfferedRecording>& row);
  [[nodiscard]] Response open(const Download& download, const std::filesystem::path& path);
  void answer(Download& download, Response response);

  const RecordingPorts ports_;
  const std::chrono::milliseconds wait_;
  boost::asio::thread_pool readers_;
};

}  // namespace tonearm::http
