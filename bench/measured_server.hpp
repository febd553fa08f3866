#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include <sys/types.h>

#include "base/endpoint.hpp"

namespace tonearm::bench {

inline constexpr const char* kTenant = "00000000-0000-4000-8000-0000000000aa";
inline constexpr const char* kApplication = "00000000-0000-4000-8000-000000000001";
inline constexpr const char* kSecret = "a-secret-only-for-benchmarks";

/// Upper bound in seconds → number of values up to it; as Prometheus prints a histogram.
using Buckets = std::map<double, double>;

/// The real server in a process of its own, on core 0, on free loopback ports, with its data in a folder that
/// is gone afterwards. Throws std::runtime_error when it does not come up.
class MeasuredServer {
 public:
  /// `notifications`: lines for that section of its configuration, and sections that follow it.
  MeasuredServer(const std::string& binary, const std::string& webhook, bool auto_answer,
                 const std::string& notifications = "");
  ~MeasuredServer();
  MeasuredServer(const MeasuredServer&) = delete;

  [[nodiscard]] const base::Endpoint& http() const { return http_; }
  [[nodiscard]] const base::Endpoint& sip() const { return sip_; }

  /// CPU time of the whole process, all threads, to the nanosecond.
  [[nodiscard]] std::chrono::nanoseconds cpu() const;
  /// Memory of the process that is resident [bytes].
  [[nodiscard]] std::size_t resident() const;
  /// The page of /tonearm/metrics.
  [[nodiscard]] std::string metrics() const;

 private:
  void write_configuration(const std::string& webhook, bool auto_answer,
                           const std::string& notifications) const;
  void start(const std::string& binary);
  void read_ready_line(int pipe);

  std::filesystem::path folder_;
  pid_t pid_ = -1;
  base::Endpoint http_;
  base::Endpoint sip_;
  base::Endpoint admin_;
};

/// A sample without labels; 0 if there is none.
double sample(const std::string& page, const std::string& name);
Buckets histogram(const std::string& page, const std::string& name);
/// The bound that `share` of the values between two readings lies within [µs].
double quantile_between(const Buckets& before, const Buckets& after, double share);

}  // namespace tonearm::bench
