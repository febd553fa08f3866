#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "auth/verifier.hpp"
#include "call/ports.hpp"
#include "graph/describe_event.hpp"
#include "graph/read_command.hpp"
#include "http/own_addresses.hpp"
#include "http/repeats.hpp"
#include "http/request_rate.hpp"
#include "http/service.hpp"

namespace tonearm::http {

/// What the Graph routes stand on; all of it outlives them.
struct GraphPorts {
  auth::Verifier& verifier;
  call::CallDirectory& calls;
  const OwnAddresses& addresses;
};

struct GraphOptions {
  graph::ReadOptions read;  ///< `version` and `callbacks` are taken from elsewhere for each request.
  /// Which callbackUris may be named now; may be unset: any https address.
  std::function<std::shared_ptr<const net::AddressPolicy>()> callbacks;
  /// True while the store is so far behind that nothing new may begin (design §8); cancel and delete still
  /// act.
  std::function<bool()> refuse_changes = [] { return false; };
  /// True while there is no room for another recording (docs/decisions/0118): 507, before the call hears of
  /// it.
  std::function<bool()> recordings_full = [] { return false; };
  unsigned requests_per_second = 0;  ///< `limits.per_application`
  /// Told of requests about a call that its application may see, but which the call never hears of; may be
  /// unset. Any thread; must not block.
  std::function<void(call::CallId, const graph::RequestRefused&)> refused = {};
  Repeats::Limits repeats = {};
};

/// `/v1.0` and `/beta`: authenticate → parse → one domain call → render. Threading: thread-safe.
class GraphRoutes {
 public:
  GraphRoutes(GraphPorts ports, GraphOptions options)
      : ports_(ports),
        options_(std::move(options)),
        rate_(options_.requests_per_second),
        repeats_(options_.repeats) {}

  /// From now on; see RequestRate.
  void set_requests_per_second(unsigned most) { rate_.set(most); }

  /// Answers of the last run that repeats shall get.
  void restore(std::span<const call::KeptAnswer> answers) {
    repeats_.restore(answers, base::WallClock::now(), base::SteadyClock::now());
  }

  /// `route` is what the request's target names. A token that was signed with a key that its issuer may have
  /// published since is answered when that is known.
  void handle(const graph::Route& route, Request request, Responder respond);

 private:
  /// How one request is read, with what that points to.
  struct Rules {
    std::shared_ptr<const net::AddressPolicy> callbacks;
    graph::ReadOptions read;
  };
  using Checked = base::Result<call::SnapshotPtr>;

  /// One request of an application, as all that follows needs it.
  struct Asked {
    const graph::Route& route;
    const Request& request;
    const auth::Principal& principal;
    std::optional<RepeatMark> mark = {};  ///< Of one whose answer is kept.
  };

  /// A request that waits for an issuer's keys.
  struct Held {
    graph::Route route;
    Request request;
    Responder respond;
  };

  void judge(const graph::Route& route, Request request, Responder respond, bool again);
  void admit(const Asked& asked, Responder respond);
  void perform(const Asked& asked, Responder respond);
  void serve(const Asked& asked, const call::SnapshotPtr& call, Responder respond);
  [[nodiscard]] Checked authorise(const graph::Route& route, const auth::Principal& principal) const;
  [[nodiscard]] base::Result<call::Command> read(const graph::Route& route, const Request& request) const;
  [[nodiscard]] base::Result<call::CreateCall> read_order(const graph::Route& route, const Request& request,
                                                          const auth::Principal& principal) const;
  [[nodiscard]] Rules rules_for(const graph::Route& route) const;
  [[nodiscard]] std::string base_url(const graph::Route& route, const Request& request) const;
  [[nodiscard]] call::CommandContext context_of(const graph::Route& route, const Request& request);
  [[nodiscard]] Response count(const graph::Route& route, const call::CallSnapshot* call,
                               const auth::Principal& principal) const;
  [[nodiscard]] Response log_device_quality(const graph::Route& route, const Request& request) const;
  [[nodiscard]] Response show(const graph::Route& route, const Request& request,
                              const call::CallSnapshot& call) const;
  void create(const Asked& asked, Responder respond);
  void post(const graph::Route& route, const Request& request, call::Command command, Responder respond);

  const GraphPorts ports_;
  const GraphOptions options_;
  RequestRate rate_;
  Repeats repeats_;
  std::atomic<std::uint64_t> last_request_{0};
};

}  // namespace tonearm::http
