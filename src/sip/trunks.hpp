#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sip/call_route.hpp"
#include "sip/metrics.hpp"
#include "sip/trunk_tasks.hpp"

namespace tonearm::sip {

/// The trunks in the order of the directory. Threading: the loop's thread.
class Trunks final : public TrunkView {
 public:
  Trunks(Loop& loop, TrunkPorts& ports, Metrics& metrics) : loop_(loop), ports_(ports), metrics_(metrics) {}

  /// Starts what is new or different, leaves the others alone; who is not among them is left.
  void configure(const std::vector<TrunkEntry>& entries);
  /// Takes our registrations back; `done` is called once, maybe at once, when all registrars have answered or
  /// do not.
  void withdraw(const std::function<void()>& done);

  [[nodiscard]] bool is_full(std::size_t trunk) const override { return list_[trunk].trunk->is_full(); }
  [[nodiscard]] bool is_ready(std::size_t trunk, std::size_t target) const override;
  /// Shared with the calls that run over it: they outlive a reload.
  [[nodiscard]] const std::shared_ptr<Trunk>& at(std::size_t trunk) const { return list_[trunk].trunk; }
  /// Writes the figures anew.
  void publish() const;

 private:
  struct Item {
    std::shared_ptr<Trunk> trunk;
    std::unique_ptr<TrunkTasks> tasks;
  };

  Loop& loop_;
  TrunkPorts& ports_;
  Metrics& metrics_;
  std::vector<Item> list_;
  std::vector<Item> left_;  // by the last reload: their registrars may still ask who takes back
};

}  // namespace tonearm::sip
