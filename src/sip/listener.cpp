#include "sip/listener.hpp"

#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include "sip/errc.hpp"

namespace tonearm::sip {
namespace {

constexpr std::uint32_t kTableSize = 1024;       // transactions and connections; a power of two
constexpr int kReceiveBuffer = 4 * 1024 * 1024;  // what a burst of INVITEs needs while the loop is busy
constexpr int kCs3 = 0x60;                       // DSCP of signalling (RFC 4594)
constexpr const char* kSoftware = "tonearm/" TONEARM_VERSION;

sip_transp to_libre(Transport transport) {
  return transport == Transport::udp ? SIP_TRANSP_UDP : SIP_TRANSP_TCP;
}

bool is_bound_to(int descriptor, Transport transport, const base::Endpoint& local) {
  int type = 0;
  socklen_t length = sizeof type;
  if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) != 0) return false;
  if (type != (transport == Transport::udp ? SOCK_DGRAM : SOCK_STREAM)) return false;
  sockaddr_storage address{};
  length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  return getsockname(descriptor, generic, &length) == 0 && base::Endpoint::from_sockaddr(generic) == local;
}

void set_option(int descriptor, int level, int option, int value) {
  setsockopt(descriptor, level, option, &value, sizeof value);  // best effort: containers may forbid it
}

/// Beyond net.core.rmem_max only with CAP_NET_ADMIN; without it the operator is told what is missing.
void enlarge_receive_buffer(int descriptor, const base::Endpoint& local) {
  if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) == 0) return;
  set_option(descriptor, SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  int got = 0;
  socklen_t length = sizeof got;
  const bool known = getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &got, &length) == 0;
  if (!known || got / 2 >= kReceiveBuffer) return;  // the kernel counts its own bookkeeping too
  spdlog::info("sip: {} receives into {} KiB, not {}: set net.core.rmem_max={}", local.to_string(),
               got / 2 / 1024, kReceiveBuffer / 1024, kReceiveBuffer);
}

}  // namespace

std::optional<ListenAddress> ListenAddress::parse(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(0, colon);
  const auto endpoint = base::Endpoint::parse(text.substr(colon + 1));
  if (!endpoint || (name != "udp" && name != "tcp")) return std::nullopt;
  return ListenAddress{name == "udp" ? Transport::udp : Transport::tcp, *endpoint};
}

base::Result<std::unique_ptr<Listener>> Listener::open(const ListenerSetup& setup, ListenerHandler& handler) {
  std::unique_ptr<Listener> listener(new Listener(setup.index, setup.address.transport, handler));
  if (auto started = listener->start(setup); !started) return std::unexpected(started.error());
  listener->tune_socket(setup.dscp);
  return listener;
}

Listener::~Listener() {
  if (stack_) sip_close(stack_.get(), true);
}

base::Result<void> Listener::start(const ListenerSetup& setup) {
  LibreStack* stack = nullptr;
  if (sip_alloc(&stack, setup.resolver, kTableSize, kTableSize, kTableSize, kSoftware, nullptr, this) != 0) {
    return base::fail(SipErrc::library_failure, "sip_alloc");
  }
  stack_.reset(stack);
  const sip_transp transport = to_libre(transport_);
  const sa bound = to_sa(setup.address.endpoint);
  if (const int error = sip_transp_add(stack, transport, &bound); error != 0) {
    return base::fail(SipErrc::cannot_bind,
                      fmt::format("{}:{}: {}", to_string(transport_), setup.address.endpoint.to_string(),
                                  std::generic_category().message(error)));
  }
  sa local{};
  sip_transp_laddr(stack, &local, transport, &bound);
  local_ = to_endpoint(local);
  sip_set_trace_handler(stack, on_wire);
  if (sip_listen(nullptr, stack, true, on_request, this) != 0 ||
      sip_listen(nullptr, stack, false, on_response, this) != 0) {
    return base::fail(SipErrc::library_failure, "sip_listen");
  }
  return {};
}

/// libre keeps its sockets to itself, so the one just bound is looked for among our descriptors.
void Listener::tune_socket(bool dscp) const {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    const int descriptor = std::atoi(entry.path().filename().c_str());
    if (!is_bound_to(descriptor, transport_, local_)) continue;
    if (transport_ == Transport::udp) enlarge_receive_buffer(descriptor, local_);
    if (transport_ == Transport::tcp)
      listen(descriptor, SOMAXCONN);  // libre's backlog of 5 drops connections
    if (!dscp) continue;
    if (local_.is_v6()) {
      set_option(descriptor, IPPROTO_IPV6, IPV6_TCLASS, kCs3);
    } else {
      set_option(descriptor, IPPROTO_IP, IP_TOS, kCs3);
    }
  }
}

bool Listener::on_request(const sip_msg* message, void* self) {
  auto& listener = *static_cast<Listener*>(self);
  listener.handler_.on_request(listener, *message);
  return true;  // always ours: libre would print and answer 501
}

bool Listener::on_response(const sip_msg* message, void* self) {
  auto& listener = *static_cast<Listener*>(self);
  listener.handler_.on_stray_response(listener, *message);
  return true;
}

void Listener::on_wire(bool sent, sip_transp transport, const sa* source, const sa* destination,
                       const std::uint8_t* bytes, std::size_t length, void* self) {
  auto& listener = *static_cast<Listener*>(self);
  WireMessage message;
  message.sent = sent;
  message.transport = transport == SIP_TRANSP_TCP ? Transport::tcp : Transport::udp;
  message.local = to_endpoint(sent ? *source : *destination);
  message.remote = to_endpoint(sent ? *destination : *source);
  message.text = {reinterpret_cast<const char*>(bytes), length};
  listener.handler_.on_wire(message);
}

}  // namespace tonearm::sip
