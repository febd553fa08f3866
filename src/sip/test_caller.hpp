#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/guid.hpp"
#include "sip/call_leg.hpp"
#include "sip/test_callee.hpp"
#include "sip/test_stack.hpp"

// A server that calls. For tests only.

namespace tonearm::sip::testing {

/// Waits for what another thread does; false after ten seconds.
template <class Condition>
bool comes_true(Condition condition) {
  const auto limit = base::SteadyClock::now() + std::chrono::seconds(10);
  while (!condition() && base::SteadyClock::now() < limit) std::this_thread::yield();
  return condition();
}

/// A server that knows Ada at `callee`, and numbers by trunks.
class Caller {
 public:
  explicit Caller(std::chrono::milliseconds target_limit = std::chrono::milliseconds(300),
                  std::vector<std::string> dns = {}) {
    AgentSettings settings;
    settings.listen = {*ListenAddress::parse("udp:127.0.0.1:0"), *ListenAddress::parse("tcp:127.0.0.1:0")};
    settings.target_limit = target_limit;
    settings.dns = std::move(dns);
    auto legs = CallLegs::open(std::move(settings), {}, reports_);
    EXPECT_TRUE(legs);
    legs_ = std::move(*legs);
    reports_.answered = [this](call::LegRef leg) { legs_->post_ack(leg); };
  }

  [[nodiscard]] base::Endpoint address(std::size_t listener = 0) const {
    return legs_->listening()[listener].endpoint;
  }

  void knows_ada_at(const std::string& uri, call::KeySource keys = call::KeySource::automatic) {
    UserEntry ada;
    ada.id = "ada-id";
    ada.username = "ada";
    ada.uri = uri;
    ada.keys = keys;
    directory_.users = {ada};
    legs_->post_directory(directory_);
  }
  void has_trunks(std::vector<TrunkEntry> trunks) {
    directory_.trunks = std::move(trunks);
    legs_->post_directory(directory_);
  }

  call::LegRef calls(const call::Party& target, const std::string& own_number = {}) {
    const call::LegRef leg{call::CallId(base::Guid::random()), call::LegId(1)};
    legs_->post_invite(leg, {{call::Party::Kind::application, "app", "IVR", {}}, own_number, target, kMedia});
    return leg;
  }
  call::LegRef calls_ada() { return calls({call::Party::Kind::user, "ada-id", {}, {}}); }
  call::LegRef calls_number(const std::string& number, const std::string& own_number = {}) {
    return calls({call::Party::Kind::phone, number, {}, {}}, own_number);
  }

  /// Requests of this method that have left.
  [[nodiscard]] std::uint64_t count_sent(const std::string& method) const {
    const auto messages = legs_->metrics().messages();
    const auto found = messages.find({true, method, 0});
    return found == messages.end() ? 0 : found->second;
  }
  [[nodiscard]] bool is_idle() const {
    return comes_true([this] { return legs_->sessions() == 0; });
  }

  Reports reports_;
  std::unique_ptr<CallLegs> legs_;
  Directory directory_;
};

inline TrunkEntry trunk(const std::vector<const Callee*>& targets) {
  TrunkEntry made;
  made.name = "carrier";
  made.numbers = {"+"};
  made.probe = std::chrono::milliseconds(0);
  for (const Callee* target : targets) made.targets.push_back("sip:" + target->address());
  return made;
}

inline constexpr const char* kNumber = "+14255550100";

}  // namespace tonearm::sip::testing
