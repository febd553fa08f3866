#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sip/loop.hpp"
#include "sip/message.hpp"
#include "sip/trunk.hpp"
#include "sip/trunk_registration.hpp"
#include "sip/uri.hpp"

namespace tonearm::sip {

/// What trunks need of the agent. Threading: the loop's thread.
class TrunkPorts {
 public:
  using Located = std::function<void(std::vector<NextHop>)>;
  using Answered = std::function<void(const sip_msg* response)>;  ///< Null: silence or a broken transport.

  virtual ~TrunkPorts() = default;
  /// Where requests to `host` may be sent, in order; `done` may be called at once, but not after the agent.
  virtual void locate(const std::string& host, std::uint16_t port, Transport transport,
                      std::optional<std::size_t> listener, Located done) = 0;
  /// `done` is called once with the final response, not before this returns and not after the agent.
  virtual void ask(const OutgoingRequest& request, Answered done) = 0;
  /// Our Contact as a URI, for requests that leave towards `hop`.
  [[nodiscard]] virtual std::string contact_uri(const NextHop& hop, const std::string& user) const = 0;
};

/// What is done for a trunk without any call: OPTIONS to each target, and REGISTER. Threading: the loop's
/// thread.
class TrunkTasks {
 public:
  /// `changed` is called when the trunk is up, down, or registered anew.
  TrunkTasks(Loop& loop, TrunkPorts& ports, std::shared_ptr<Trunk> trunk, std::function<void()> changed);
  ~TrunkTasks();
  TrunkTasks(const TrunkTasks&) = delete;
  TrunkTasks& operator=(const TrunkTasks&) = delete;

  /// Takes our registration back and makes no other; `done` is called once, maybe at once, when the registrar
  /// has answered or does not. Probing goes on.
  void withdraw(std::function<void()> done);

  [[nodiscard]] bool is_registered() const {
    return registration_.state() == TrunkRegistration::State::registered;
  }

 private:
  struct Round {  // one attempt to register: the hops of one target, one after the other
    std::vector<NextHop> hops;
    std::size_t hop = 0;
    int answered = 0;  // challenges
  };

  void probe(std::size_t target);
  void send_options(std::size_t target, const NextHop& hop);
  void after_probe(std::size_t target);

  void begin_registering();
  void send_register(const std::string& authorization);
  void on_register_response(const sip_msg* response);
  void pause(const TrunkRegistration::Response& response);

  /// As `TrunkPorts::ask`, but silence after `limit` already counts as none.
  void ask(const OutgoingRequest& request, std::chrono::milliseconds limit, TrunkPorts::Answered done);
  [[nodiscard]] OutgoingRequest make(const std::string& method, const SipUri& target, const NextHop& hop,
                                     const std::string& from, const std::string& call_id,
                                     std::uint32_t cseq) const;
  [[nodiscard]] std::optional<SipUri> target_uri(std::size_t target) const;
  void locate(std::size_t target, TrunkPorts::Located done);
  void later(std::chrono::milliseconds delay, std::function<void()> task);

  Loop& loop_;
  TrunkPorts& ports_;
  const std::shared_ptr<Trunk> trunk_;
  const std::function<void()> changed_;

  TrunkRegistration registration_;
  std::size_t register_target_ = 0;
  Round round_;
  const std::string register_call_id_;
  const std::string register_tag_;
  std::uint32_t register_cseq_ = 0;
  std::function<void()> withdrawn_;  // set: there is to be no registration any more

  std::set<Loop::TimerId> timers_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace tonearm::sip
