#include "app/call_trace.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "app/ip_packet.hpp"
#include "app/pcapng.hpp"
#include "app/shown_message.hpp"

namespace tonearm::app {
namespace {

IpFlow flow_of(const base::Endpoint& local, const base::Endpoint& far, bool sent) {
  return sent ? IpFlow{local, far} : IpFlow{far, local};
}

/// Numbers the bytes of SIP over TCP anew: what other calls said on the same connections is not there, and a
/// gap would make readers wait for it.
class Connections {
 public:
  TcpPlace next(const sip::TracedMessage& message, std::size_t bytes) {
    Numbers& numbers = connections_.try_emplace({message.local, message.remote}).first->second;
    std::uint32_t& ours = message.sent ? numbers.sent : numbers.received;
    const TcpPlace place{ours, message.sent ? numbers.received : numbers.sent};
    ours += static_cast<std::uint32_t>(bytes);
    return place;
  }

 private:
  struct Numbers {
    std::uint32_t sent = 1;
    std::uint32_t received = 1;
  };

  std::map<std::pair<base::Endpoint, base::Endpoint>, Numbers> connections_;  // by local, remote
};

CapturedPacket sip_packet(const sip::TracedMessage& message, bool show_numbers, Connections& connections) {
  ShownMessage shown = show(message, show_numbers);
  // Credentials that were taken out are no missing end.
  const std::size_t length =
      message.is_cut() ? std::max(message.bytes, shown.text.size()) : shown.text.size();
  const IpFlow flow = flow_of(message.local, message.remote, message.sent);
  IpPacket packet = message.transport == sip::Transport::tcp
                        ? tcp_packet(flow, connections.next(message, length), {shown.text, length})
                        : udp_packet(flow, {shown.text, length});
  return {message.at, message.sent, std::move(packet.bytes), packet.length, std::move(shown.remarks)};
}

CapturedPacket rtp_packet(const base::Endpoint& local, const media::TracedPacket& traced) {
  const std::string header(traced.header.begin(), traced.header.end());
  IpPacket packet = udp_packet(flow_of(local, traced.far.to_endpoint(), traced.sent), {header, traced.bytes});
  return {traced.at, traced.sent, std::move(packet.bytes), packet.length, {}};
}

std::string about(const CallTrace& trace, std::size_t rtp_packets) {
  return fmt::format(
      "Call {}: its last {} SIP messages and the headers of its last {} RTP packets, as far as Tonearm has "
      "kept them. Addresses, ports and times are real; the rest of the IP, UDP and TCP headers is made up. "
      "Sound and telephone-events are never kept.",
      trace.call.to_string(), trace.messages.size(), rtp_packets);
}

}  // namespace

bool CallTrace::empty() const {
  return messages.empty() &&
         std::ranges::all_of(sessions, [](const auto& one) { return one.packets.empty(); });
}

std::string write_call_trace(const CallTrace& trace, bool show_numbers) {
  Connections connections;
  std::vector<CapturedPacket> packets;
  for (const auto& message : trace.messages)
    packets.push_back(sip_packet(message, show_numbers, connections));
  for (const auto& session : trace.sessions)
    for (const auto& packet : session.packets) packets.push_back(rtp_packet(session.local, packet));
  const std::string comment = about(trace, packets.size() - trace.messages.size());
  std::ranges::stable_sort(packets, {}, &CapturedPacket::at);
  return write_pcapng(comment, packets);
}

}  // namespace tonearm::app
