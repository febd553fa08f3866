#include "sip/phone.hpp"

#include <utility>

#include "sip/address.hpp"
#include "sip/errc.hpp"
#include "sip/uri.hpp"

namespace tonearm::sip {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

Transport transport_of(const SipUri& uri) {
  return uri.parameter("transport") == "tcp" ? Transport::tcp : Transport::udp;
}

}  // namespace

base::Result<std::unique_ptr<Phone>> Phone::call(const PhoneCall& call, PhoneEvents events) {
  const auto target = parse_uri(call.target);
  if (!target) return std::unexpected(target.error());
  const auto address = resolve_blocking(target->host);
  const auto own = address ? address_towards(*address) : std::nullopt;
  if (!own) return base::fail(SipErrc::malformed_uri, "no way to " + target->host);
  std::unique_ptr<Phone> phone(new Phone(std::move(events)));
  const ListenAddress listen{transport_of(*target), {*own, 0}};
  if (auto opened = phone->open(listen, call.ringing_limit); !opened) return std::unexpected(opened.error());
  phone->local_ = call.local;
  base::Result<SessionId> session;
  phone->loop_.run([&] {
    session = phone->agent_->call({.target = call.target,
                                   .from_uri = call.from_uri,
                                   .from_name = call.from_name,
                                   .local = call.local,
                                   .next_hop = *address,
                                   .username = call.username,
                                   .password = call.password});
    if (session) phone->session_ = *session;
  });
  if (!session) return std::unexpected(session.error());
  return phone;
}

base::Result<std::unique_ptr<Phone>> Phone::listen(const std::string& uri, const call::LocalMedia& local,
                                                   PhoneEvents events, std::uint16_t port) {
  const auto own = parse_uri(uri);
  if (!own) return std::unexpected(own.error());
  const auto address = resolve_blocking(own->host);
  if (!address) return base::fail(SipErrc::malformed_uri, "no address for " + own->host);
  std::unique_ptr<Phone> phone(new Phone(std::move(events)));
  phone->local_ = local;
  const ListenAddress listen{transport_of(*own), {*address, own->port == 0 ? port : own->port}};
  if (auto opened = phone->open(listen, std::chrono::minutes(1)); !opened)
    return std::unexpected(opened.error());
  return phone;
}

base::Result<void> Phone::open(const ListenAddress& address, std::chrono::milliseconds ringing_limit) {
  AgentSettings settings;
  settings.listen = {address};
  settings.directory.open = true;
  settings.directory.applications = {{"phone", {}, {"*"}}};
  settings.ringing_limit = ringing_limit;
  base::Result<void> result;
  loop_.run([&] {
    auto agent = Agent::open(loop_, std::move(settings), {{}, events_.trace}, *this);
    if (!agent) {
      result = std::unexpected(agent.error());
      return;
    }
    agent_ = std::move(*agent);
    address_ = agent_->listening().front();
  });
  return result;
}

Phone::~Phone() {
  loop_.run([this] { agent_.reset(); });
}

void Phone::hang_up() {
  loop_.post([this] {
    if (agent_ && session_) agent_->hang_up(*session_);
  });
}

std::optional<std::string> Phone::address_for(const std::string& target) {
  const auto uri = parse_uri(target);
  const auto address = uri ? resolve_blocking(uri->host) : std::nullopt;
  return address ? address_towards(*address) : std::nullopt;
}

void Phone::on_incoming(IncomingCall call) {
  if (session_) return agent_->reject(call.session, 486, "busy", {});
  session_ = call.session;
  ended_ = false;
  if (events_.ringing) events_.ringing();
  agent_->ring(call.session);
  agent_->answer(call.session, local_);
}

void Phone::on_event(SessionId session, const SessionEvent& event, const std::string&) {
  if (session_ != session) return;
  std::visit(Overloaded{
                 [&](const Ringing&) {
                   if (events_.ringing) events_.ringing();
                 },
                 [&](const Answered& e) {
                   answered(e.media);
                   agent_->acknowledge(session);
                 },
                 [&](const Acknowledged& e) { answered(e.media); },
                 [&](const MediaChanged& e) {
                   if (events_.media_changed) events_.media_changed(e.media);
                 },
                 [](const KeyPressed&) {},  // whoever wants keys listens to the audio
                 [&](const CancelledByCaller&) {
                   end({487, true, "cancelled"});
                 },
                 [&](const HungUp&) {
                   end({200, true, "hung up"});
                 },
                 [&](const Failed& e) {
                   end({e.status, true, e.reason});
                 },
                 [&](const Referred&) {},  // it sends nobody anywhere
             },
             event);
}

void Phone::on_finished(SessionId session) {
  if (session_ != session) return;
  end({200, false, "hung up"});
  session_.reset();
}

void Phone::answered(const call::MediaDescription& media) {
  if (events_.answered) events_.answered(media);
}

void Phone::end(const PhoneEnd& end) {
  if (std::exchange(ended_, true)) return;
  if (events_.ended) events_.ended(end);
}

}  // namespace tonearm::sip
