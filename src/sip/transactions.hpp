#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "sip/libre.hpp"
#include "sip/listener.hpp"
#include "sip/message.hpp"
#include "sip/refusal.hpp"
#include "sip/session.hpp"

// Sessions know transactions by number; here the numbers become libre's transactions. When those are replaced
// by our own, this file changes and nothing above it.

namespace tonearm::sip {

/// A 2xx to an INVITE, kept to be sent again until its ACK comes.
struct SentAnswer {
  LibreStack* stack = nullptr;
  Ref<sip_msg> request;
  sa destination{};
  Ref<mbuf> bytes;

  void repeat() const;
};

/// Requests that we have not answered finally. Threading: the loop's thread.
class ServerTransactions {
 public:
  using CancelHandler = std::function<void(ServerTransaction)>;

  explicit ServerTransactions(CancelHandler on_cancel) : on_cancel_(std::move(on_cancel)) {}
  ~ServerTransactions() { close(); }
  ServerTransactions(const ServerTransactions&) = delete;
  ServerTransactions& operator=(const ServerTransactions&) = delete;

  /// From now on retransmissions are absorbed and CANCEL is answered. Nothing if libre is out of memory.
  std::optional<ServerTransaction> open(Listener& listener, const sip_msg& request);
  /// A final status closes the number. Of a 2xx to an INVITE what was sent is returned.
  std::optional<SentAnswer> respond(ServerTransaction transaction, int status, std::string_view headers,
                                    std::string_view sdp);
  /// Drops all without a word. Before the listeners go.
  void close();

 private:
  struct Open {
    ServerTransactions* owner = nullptr;
    ServerTransaction number = 0;
    LibreStack* stack = nullptr;
    sip_strans* transaction = nullptr;
    Ref<sip_msg> request;
  };
  static void on_cancel(void* open);

  CancelHandler on_cancel_;
  ServerTransaction last_ = 0;
  std::unordered_map<ServerTransaction, std::unique_ptr<Open>> open_;
};

/// A response without any transaction: nothing is kept, nothing is sent twice. For everything that a stranger
/// may provoke.
void respond_statelessly(Listener& listener, const sip_msg& request, int status, std::string_view headers);
void respond_statelessly(Listener& listener, const sip_msg& request, const Refusal& refusal);

/// Requests of ours that have no final response yet. Threading: the loop's thread.
class ClientTransactions {
 public:
  using Number = std::uint64_t;
  /// With a response, or with an errno value and no response. After a final response or an error: never
  /// again.
  using ResponseHandler = std::function<void(int error, const sip_msg* response)>;

  /// Nothing if it cannot even be tried (no such transport, broken host). The handler is not called then.
  std::optional<Number> send(Listener& listener, const OutgoingRequest& request, ResponseHandler handler);
  void send_ack(Listener& listener, const OutgoingRequest& ack);
  /// CANCEL, as soon as a provisional response allows it.
  void cancel(Number number);
  /// No handler is called any more. The entries stay until libre has let go of them, which it does when the
  /// listeners are closed.
  void abandon();

 private:
  struct Pending {
    ClientTransactions* owner = nullptr;
    Number number = 0;
    struct sip_request* request = nullptr;  // a function has the same name
    ResponseHandler handler;
  };
  static void on_response(int error, const sip_msg* response, void* pending);

  Number last_ = 0;
  std::unordered_map<Number, std::shared_ptr<Pending>> pending_;
};

}  // namespace tonearm::sip
