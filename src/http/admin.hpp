#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/guid.hpp"
#include "base/secret.hpp"
#include "call/ids.hpp"
#include "call/logged_event.hpp"
#include "call/parked_notification.hpp"
#include "http/body_stream.hpp"
#include "http/own_addresses.hpp"
#include "http/service.hpp"

namespace tonearm::http {

/// Which call records a request asks for.
struct RecordsAsked {
  std::uint64_t after = 0;  ///< Cursor of the last one that the client has.
  std::size_t most = 100;
};

/// Where the admin listener's answers come from; the application fills them in. Called on any thread, must
/// not block.
struct AdminSources {
  std::function<bool()> ready;
  std::function<std::string()> metrics;                         ///< Prometheus' text format.
  std::function<std::string()> calls;                           ///< JSON: `graph::write_call_list`.
  std::function<std::optional<std::string>(call::CallId)> sip;  ///< Last messages of a call, text; none: 404.
  /// JSON: `graph::write_records`. Told once, on any thread; dropped untold if the records cannot be read:
  /// 500.
  std::function<void(RecordsAsked, std::function<void(std::string)>)> records;
  /// JSON: `graph::write_parked`. Told likewise.
  std::function<void(call::ParkedAsked, std::function<void(std::string)>)> parked;
  /// Sends a parked notification again: nothing if it is queued on disk. Told likewise.
  std::function<void(base::Guid, std::function<void(std::optional<call::NotRedelivered>)>)> redeliver;
  /// JSON: `graph::write_events`; nothing: 404. Told likewise.
  std::function<void(call::EventsAsked, std::function<void(std::optional<std::string>)>)> events = {};
  /// The same without end; null: 404. Told likewise.
  std::function<void(call::EventsAsked, std::function<void(std::shared_ptr<BodyStream>)>)> event_stream = {};
  /// A capture file of a call (docs/trace.md); none: 404. Told likewise.
  std::function<void(call::CallId, std::function<void(std::optional<std::string>)>)> trace = {};
};

struct AdminOptions {
  base::Secret token;             ///< Empty: nobody gets in but by `open_on_loopback`.
  bool open_on_loopback = false;  ///< `--dev`
};

/// `/tonearm/…` of the admin listener (design §5). Health needs no token. Requests from browsers are held to
/// our own `Host` and `Origin`, so that a foreign page cannot use a user's way in. Threading: thread-safe.
class Admin final : public Service {
 public:
  Admin(AdminOptions options, AdminSources sources);

  void handle(Request request, Responder respond) override;

 private:
  [[nodiscard]] Response answer(const Request& request) const;
  [[nodiscard]] std::optional<Response> refuse_stranger(const Request& request) const;
  void list_records(const Request& request, Responder respond) const;
  [[nodiscard]] Response sip_trace(const Request& request, std::string_view call) const;

  const AdminOptions options_;
  const AdminSources sources_;
  const OwnAddresses addresses_{"", {}};
};

}  // namespace tonearm::http
