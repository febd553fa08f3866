#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "sip/libre.hpp"
#include "sip/message.hpp"

namespace tonearm::sip {

/// "udp:127.0.0.1:5060", "tcp:[::1]:0". Port 0 lets the kernel choose.
struct ListenAddress {
  Transport transport = Transport::udp;
  base::Endpoint endpoint;

  [[nodiscard]] static std::optional<ListenAddress> parse(std::string_view text);
};

/// A packet as it went over the wire, for traces and counters.
struct WireMessage {
  bool sent = false;
  Transport transport = Transport::udp;
  base::Endpoint local;
  base::Endpoint remote;
  std::string_view text;
};

struct ListenerSetup {
  ListenAddress address;
  std::size_t index = 0;
  bool dscp = true;          ///< Mark what is sent as CS3.
  dnsc* resolver = nullptr;  ///< Null: only address literals can be sent to.
};

class Listener;

/// What a listener hands on. Threading: the loop's thread.
class ListenerHandler {
 public:
  virtual ~ListenerHandler() = default;
  virtual void on_request(Listener& listener, const sip_msg& request) = 0;
  /// A response that belongs to no transaction (any more).
  virtual void on_stray_response(Listener& listener, const sip_msg& response) = 0;
  virtual void on_wire(const WireMessage& message) = 0;
};

/// One listening address with a libre stack of its own. One stack for all addresses would send every request
/// from the first listener of its protocol, whatever listener the dialog came in by.
/// Threading: the loop's thread, also to make and to destroy.
class Listener {
 public:
  /// Errors: cannot_bind, library_failure.
  static base::Result<std::unique_ptr<Listener>> open(const ListenerSetup& setup, ListenerHandler& handler);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] LibreStack* stack() const { return stack_.get(); }
  [[nodiscard]] std::size_t index() const { return index_; }
  [[nodiscard]] Transport transport() const { return transport_; }
  /// The address really bound.
  [[nodiscard]] const base::Endpoint& local() const { return local_; }

 private:
  Listener(std::size_t index, Transport transport, ListenerHandler& handler)
      : index_(index), transport_(transport), handler_(handler) {}

  base::Result<void> start(const ListenerSetup& setup);
  void tune_socket(bool dscp) const;
  static bool on_request(const sip_msg* message, void* self);
  static bool on_response(const sip_msg* message, void* self);
  static void on_wire(bool sent, sip_transp transport, const sa* source, const sa* destination,
                      const std::uint8_t* bytes, std::size_t length, void* self);

  const std::size_t index_;
  const Transport transport_;
  ListenerHandler& handler_;
  base::Endpoint local_;
  Ref<LibreStack> stack_;
};

}  // namespace tonearm::sip
