#pragma once

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "http_peer.hpp"

namespace tonearm::testing {

/// Writes down each Graph body that a test sees, with the test's name, for tests/support/suite_gate.py: a
/// line of JSON per body in `VERSION-PID.ndjson`, where the version is that of the path, or `any` for what
/// has one shape in both. A body that differs from one before it in ids and digits only is left out, so a
/// test that makes ten thousand calls leaves a few lines. Threading: thread-safe.
class BodyLog {
 public:
  /// Lines per process [1], far above what a run leaves; the first one beyond is written as a fault.
  static constexpr std::size_t kLinesMax = 20'000;

  /// An empty `folder`: nothing is written.
  explicit BodyLog(std::filesystem::path folder, std::size_t lines_max = kLinesMax);
  /// The one of this process, in the folder that TONEARM_BODIES names.
  static BodyLog& of_process();

  /// What came back for the request that begins with `request` ("POST /v1.0/… HTTP/1.1"). Of what is not
  /// Graph's, errors only: the token endpoint, the admin listener and recordings have bodies of their own.
  void response(std::string_view request, const HttpMessage& answer);
  /// What a webhook was sent; anything else that is no POST of JSON is left out.
  void notification(const HttpMessage& request);

 private:
  void add(std::string_view version, std::string_view kind, const std::string& what, const std::string& body);
  void write(std::string_view version, std::string_view line);

  const std::filesystem::path folder_;
  const std::size_t lines_max_;
  std::mutex mutex_;  // guards what follows
  std::set<std::size_t> seen_;
};

}  // namespace tonearm::testing
