#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "sip/digest_client.hpp"
#include "sip/directory.hpp"
#include "sip/response_details.hpp"
#include "sip/target_health.hpp"

namespace tonearm::sip {

/// What is known of one trunk while it is configured: which of its targets answer, where they are, what its
/// password has been used for, how many calls it carries. Does nothing by itself. Threading: strand-bound
/// (the signalling loop).
class Trunk {
 public:
  explicit Trunk(TrunkEntry entry);

  /// A reload. What was learned stays if it still says something; true if targets or credentials changed.
  bool configure(TrunkEntry entry);
  [[nodiscard]] const TrunkEntry& entry() const { return entry_; }

  [[nodiscard]] const std::vector<TargetHealth>& health() const { return health_; }
  /// What a target said, or that it said nothing. Targets that a reload has dropped are ignored.
  void note_response(std::size_t target, int status, std::optional<std::chrono::seconds> retry_after);
  void note_silence(std::size_t target);

  /// What its targets' names resolved to.
  void note_addresses(const std::vector<base::Endpoint>& endpoints);
  /// The line to send a request again with that was challenged from `source`; nothing if it must not be.
  std::optional<std::string> answer(const ResponseDetails& challenged, const std::string& source,
                                    const std::string& method, const std::string& uri, int answered);

  [[nodiscard]] bool is_full() const {
    return entry_.max_calls > 0 && calls_ >= std::size_t(entry_.max_calls);
  }
  void enter() { ++calls_; }
  void leave() { --calls_; }
  [[nodiscard]] std::size_t calls() const { return calls_; }

 private:
  [[nodiscard]] bool is_own_address(const std::string& address) const;

  TrunkEntry entry_;
  std::vector<TargetHealth> health_;  // by target
  std::set<std::string> addresses_;
  ChallengeAnswerer answerer_;
  std::size_t calls_ = 0;
};

/// A call that runs over a trunk counts as long as its line is held.
using TrunkLine = std::shared_ptr<Trunk>;
[[nodiscard]] TrunkLine take_line(std::shared_ptr<Trunk> trunk);

}  // namespace tonearm::sip
