#include "sip/trunk_tasks.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/guid.hpp"

namespace tonearm::sip {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Four transmissions over UDP: who answers none of them is down.
constexpr milliseconds kProbeLimit{5'000};
constexpr milliseconds kRegisterLimit{10'000};
constexpr std::size_t kJitterSteps = 1024;

/// In [0, 1).
double jitter() {
  return static_cast<double>(base::Guid::random().hash() % kJitterSteps) / kJitterSteps;
}

milliseconds about(milliseconds time) {
  return time -
         milliseconds(static_cast<milliseconds::rep>(static_cast<double>(time.count()) * 0.1 * jitter()));
}

}  // namespace

TrunkTasks::TrunkTasks(Loop& loop, TrunkPorts& ports, std::shared_ptr<Trunk> trunk,
                       std::function<void()> changed)
    : loop_(loop),
      ports_(ports),
      trunk_(std::move(trunk)),
      changed_(std::move(changed)),
      registration_(std::chrono::ceil<seconds>(trunk_->entry().expires)),
      register_call_id_(base::Guid::random().to_string()),
      register_tag_(fmt::format("{:016x}", base::Guid::random().hash())) {
  // Later, so that whoever makes this is complete when the first answer comes.
  const TrunkEntry& entry = trunk_->entry();
  for (std::size_t target = 0; target < entry.targets.size() && entry.probe.count() > 0; ++target) {
    later(milliseconds(0), [this, target] { probe(target); });
  }
  if (entry.registers) later(milliseconds(0), [this] { begin_registering(); });
}

TrunkTasks::~TrunkTasks() {
  for (const Loop::TimerId timer : timers_) loop_.cancel(timer);
}

void TrunkTasks::later(milliseconds delay, std::function<void()> task) {
  auto id = std::make_shared<Loop::TimerId>(0);
  *id = loop_.after(delay, [this, id, task = std::move(task)] {
    timers_.erase(*id);
    task();
  });
  timers_.insert(*id);
}

std::optional<SipUri> TrunkTasks::target_uri(std::size_t target) const {
  auto uri = parse_uri(trunk_->entry().targets[target]);
  if (!uri) return std::nullopt;
  return std::move(*uri);
}

void TrunkTasks::locate(std::size_t target, TrunkPorts::Located done) {
  const TrunkEntry& entry = trunk_->entry();
  const auto uri = target_uri(target);
  if (!uri) return done({});
  const std::string written = uri->parameter("transport");
  const Transport transport = written.empty()    ? entry.transport
                              : written == "tcp" ? Transport::tcp
                                                 : Transport::udp;
  ports_.locate(uri->host, uri->port, transport, entry.listener,
                [this, alive = std::weak_ptr(alive_), done = std::move(done)](std::vector<NextHop> hops) {
                  if (alive.expired()) return;
                  std::vector<base::Endpoint> endpoints;
                  for (const NextHop& hop : hops) endpoints.push_back({hop.host, hop.port});
                  trunk_->note_addresses(endpoints);
                  done(std::move(hops));
                });
}

OutgoingRequest TrunkTasks::make(const std::string& method, const SipUri& target, const NextHop& hop,
                                 const std::string& from, const std::string& call_id,
                                 std::uint32_t cseq) const {
  OutgoingRequest request;
  request.method = method;
  SipUri uri = target;
  uri.user.clear();
  request.uri = uri.to_string();
  request.next_hop = hop;
  const SipUri account{"sip", trunk_->entry().username, target.host, 0, {}};
  const std::string to = method == "REGISTER" ? account.to_string() : request.uri;
  request.headers =
      fmt::format("Max-Forwards: 70\r\nFrom: <{}>;tag={}\r\nTo: <{}>\r\nCall-ID: {}\r\nCSeq: {} {}\r\n", from,
                  register_tag_, to, call_id, cseq, method);
  return request;
}

void TrunkTasks::ask(const OutgoingRequest& request, milliseconds limit, TrunkPorts::Answered done) {
  auto pending = std::make_shared<TrunkPorts::Answered>(std::move(done));
  const auto finish = [alive = std::weak_ptr(alive_), pending](const sip_msg* response) {
    if (alive.expired() || !*pending) return;
    const TrunkPorts::Answered once = std::exchange(*pending, nullptr);
    once(response);
  };
  ports_.ask(request, finish);
  later(limit, [finish] { finish(nullptr); });
}

// ---- is somebody there?

void TrunkTasks::probe(std::size_t target) {
  locate(target, [this, target](const std::vector<NextHop>& hops) {
    if (!hops.empty()) return send_options(target, hops.front());
    trunk_->note_silence(target);
    after_probe(target);
  });
}

void TrunkTasks::send_options(std::size_t target, const NextHop& hop) {
  const auto uri = target_uri(target);
  OutgoingRequest options =
      make("OPTIONS", *uri, hop, ports_.contact_uri(hop, "tonearm"), base::Guid::random().to_string(), 1);
  options.headers += "Accept: application/sdp\r\n";
  ask(options, kProbeLimit, [this, target](const sip_msg* response) {
    if (response == nullptr) {
      trunk_->note_silence(target);
    } else {
      trunk_->note_response(target, response->scode, details_of(*response, {}).retry_after);
    }
    after_probe(target);
  });
}

void TrunkTasks::after_probe(std::size_t target) {
  changed_();
  if (const auto next = trunk_->health()[target].next_probe())
    later(about(*next), [this, target] { probe(target); });
}

// ---- registration

void TrunkTasks::begin_registering() {
  if (withdrawn_) return;
  register_target_ %= std::max<std::size_t>(1, trunk_->entry().targets.size());
  if (trunk_->entry().targets.empty()) return;
  locate(register_target_, [this](std::vector<NextHop> hops) {
    if (withdrawn_) return;
    round_ = {std::move(hops), 0, 0};
    if (round_.hops.empty()) return pause({});
    send_register({});
  });
}

void TrunkTasks::send_register(const std::string& authorization) {
  const TrunkEntry& entry = trunk_->entry();
  const auto uri = target_uri(register_target_);
  const NextHop& hop = round_.hops[round_.hop];
  const std::string from = SipUri{"sip", entry.username, uri->host, 0, {}}.to_string();
  OutgoingRequest request = make("REGISTER", *uri, hop, from, register_call_id_, ++register_cseq_);
  request.headers +=
      fmt::format("Contact: <{}>\r\nExpires: {}\r\n{}", ports_.contact_uri(hop, entry.username),
                  withdrawn_ ? 0 : registration_.expires().count(), authorization);
  ask(request, kRegisterLimit, [this, cseq = register_cseq_](const sip_msg* response) {
    if (cseq == register_cseq_) on_register_response(response);
  });
}

void TrunkTasks::withdraw(std::function<void()> done) {
  if (!is_registered() || round_.hops.empty()) {
    withdrawn_ = [] {};
    return done();
  }
  withdrawn_ = std::move(done);
  round_.answered = 0;
  send_register({});
}

void TrunkTasks::on_register_response(const sip_msg* response) {
  const NextHop& hop = round_.hops[round_.hop];
  const bool lost = response == nullptr || response->scode == 503;
  if (lost && round_.hop + 1 < round_.hops.size()) {
    ++round_.hop;
    round_.answered = 0;
    return send_register({});
  }
  if (response == nullptr) return pause({});
  const auto uri = target_uri(register_target_);
  const ResponseDetails details = details_of(*response, ports_.contact_uri(hop, trunk_->entry().username));
  if (response->scode == 401 || response->scode == 407) {
    SipUri asked = *uri;
    asked.user.clear();
    const auto line = trunk_->answer(details, to_endpoint(response->src).address, "REGISTER",
                                     asked.to_string(), round_.answered);
    if (line) {
      ++round_.answered;
      return send_register(*line);
    }
  }
  pause({response->scode, details.granted, details.min_expires, details.retry_after});
}

/// Until the next REGISTER, be it a refresh or another attempt.
void TrunkTasks::pause(const TrunkRegistration::Response& response) {
  if (withdrawn_) return withdrawn_();
  const bool was = is_registered();
  const auto next = registration_.on_response(response, jitter());
  if (next.next_target) ++register_target_;
  const bool is = is_registered();
  if (was != is) {
    spdlog::log(is ? spdlog::level::info : spdlog::level::warn, "sip: trunk {}: {}", trunk_->entry().name,
                is ? "registered" : fmt::format("not registered any more ({})", response.status));
  } else if (!is) {
    spdlog::warn("sip: trunk {}: REGISTER: {}; again in {} s", trunk_->entry().name,
                 response.status == 0 ? "no answer" : std::to_string(response.status),
                 next.after.count() / 1000);
  }
  changed_();
  later(next.after, [this] { begin_registering(); });
}

}  // namespace tonearm::sip
