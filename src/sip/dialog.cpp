#include "sip/dialog.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "sip/address.hpp"
#include "sip/errc.hpp"
#include "sip/uri.hpp"

namespace tonearm::sip {
namespace {

/// The URI in `<sip:…>` or in a bare header value.
std::string_view uri_in(std::string_view value) {
  const auto open = value.find('<');
  if (open == std::string_view::npos) return value.substr(0, value.find(';'));
  value.remove_prefix(open + 1);
  return value.substr(0, value.find('>'));
}

bool is_target_refresh(std::string_view method) {
  return method == "INVITE" || method == "UPDATE";
}

bool is_loose(std::string_view route) {
  const auto uri = parse_uri(uri_in(route));
  return !uri || uri->has_parameter("lr");
}

OutgoingRequest request_with(const Dialog& dialog, std::string_view method, std::uint32_t cseq,
                             unsigned hops) {
  OutgoingRequest request;
  request.method = method;
  request.uri = dialog.remote_target;
  request.next_hop = next_hop(dialog);
  std::vector<std::string> routes = dialog.route_set;
  if (!routes.empty() && !is_loose(routes.front())) {  // RFC 3261 §12.2.1.1, a strict router comes first
    request.uri = uri_in(routes.front());
    routes.erase(routes.begin());
    routes.push_back(fmt::format("<{}>", dialog.remote_target));
  }
  request.headers = fmt::format("Max-Forwards: {}\r\n", hops);
  for (const std::string& route : routes) request.headers += fmt::format("Route: {}\r\n", route);
  request.headers += fmt::format("From: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {} {}\r\n", dialog.local,
                                 dialog.remote, dialog.call_id, cseq, method);
  if (method != "BYE") request.headers += fmt::format("Contact: {}\r\n", dialog.contact);
  return request;
}

template <class Number>
bool read_number(std::string_view text, Number& value) {
  const auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), value);
  return errc == std::errc{} && end == text.data() + text.size();
}

std::string endpoint_text(const base::Endpoint& endpoint) {
  return endpoint.empty() ? "-" : endpoint.to_string();
}

bool read_endpoint(std::string_view text, base::Endpoint& endpoint) {
  if (text == "-") return true;
  const auto parsed = base::Endpoint::parse(text);
  if (parsed) endpoint = *parsed;
  return parsed.has_value();
}

constexpr std::pair<std::string_view, std::string Dialog::*> kTextFields[] = {
    {"call-id", &Dialog::call_id}, {"local", &Dialog::local},           {"local-tag", &Dialog::local_tag},
    {"remote", &Dialog::remote},   {"remote-tag", &Dialog::remote_tag}, {"target", &Dialog::remote_target},
    {"contact", &Dialog::contact},
};

bool read_field(Dialog& dialog, std::string_view name, std::string_view value) {
  for (const auto& [field, member] : kTextFields) {
    if (name == field) dialog.*member = value;
  }
  if (name == "local-cseq") return read_number(value, dialog.local_cseq);
  if (name == "remote-cseq") return read_number(value, dialog.remote_cseq);
  if (name == "listener") return read_number(value, dialog.flow.listener);
  if (name == "from-address") return read_endpoint(value, dialog.flow.remote);
  if (name == "at-address") return read_endpoint(value, dialog.flow.local);
  if (name == "route") dialog.route_set.emplace_back(value);
  if (name == "symmetric") dialog.symmetric = value == "1";
  if (name == "transport") dialog.flow.transport = value == "tcp" ? Transport::tcp : Transport::udp;
  return true;  // unknown names were written by a newer version
}

}  // namespace

Dialog dialog_of_invite(const Message& invite, std::string contact, bool symmetric) {
  Dialog dialog;
  dialog.call_id = invite.call_id;
  dialog.local_tag = invite.local_tag;
  dialog.local = fmt::format("{};tag={}", invite.to.text, invite.local_tag);
  dialog.remote = invite.from.text;
  dialog.remote_tag = invite.from.tag;
  dialog.remote_cseq = invite.cseq;
  dialog.remote_target = invite.contact ? invite.contact->uri : invite.from.uri;
  dialog.route_set = invite.record_routes;
  dialog.contact = std::move(contact);
  dialog.flow = invite.flow;
  dialog.symmetric = symmetric;
  return dialog;
}

Dialog dialog_of_answer(const Dialog& invite, const Message& answer) {
  Dialog dialog = invite;
  dialog.remote = answer.to.text;
  dialog.remote_tag = answer.to.tag;
  dialog.route_set.assign(answer.record_routes.rbegin(), answer.record_routes.rend());
  if (answer.contact) dialog.remote_target = answer.contact->uri;
  dialog.flow = answer.flow;
  return dialog;
}

bool belongs(const Dialog& dialog, const Message& request) {
  return request.to.tag == dialog.local_tag && request.from.tag == dialog.remote_tag &&
         request.call_id == dialog.call_id;
}

bool note_request(Dialog& dialog, const Message& request) {
  // A zero stands for "none yet": the far end has sent no request in a dialog that our INVITE made.
  if (dialog.remote_cseq != 0 && request.cseq <= dialog.remote_cseq) return false;
  dialog.remote_cseq = request.cseq;
  dialog.flow = request.flow;
  if (is_target_refresh(request.method) && request.contact) dialog.remote_target = request.contact->uri;
  return true;
}

OutgoingRequest make_request(Dialog& dialog, std::string_view method, unsigned hops) {
  return request_with(dialog, method, ++dialog.local_cseq, hops);
}

OutgoingRequest make_ack(const Dialog& dialog, std::uint32_t cseq) {
  return request_with(dialog, "ACK", cseq, call::kHopsMax);
}

NextHop next_hop(const Dialog& dialog) {
  const Flow& flow = dialog.flow;
  NextHop back{flow.transport, flow.listener, flow.remote.address, flow.remote.port};
  if (dialog.symmetric) return back;
  const auto uri = parse_uri(dialog.route_set.empty() ? std::string_view(dialog.remote_target)
                                                      : uri_in(dialog.route_set.front()));
  if (!uri) return back;
  // The connection that they opened is the way to them: nothing says that they accept one.
  if (flow.transport == Transport::tcp && (dialog.route_set.empty() || uri->host == flow.remote.address))
    return back;
  if (is_private_address(uri->host) && uri->host != flow.remote.address && !flow.remote.empty()) return back;
  const Transport transport = uri->transport() == "tcp" ? Transport::tcp : Transport::udp;
  return {transport, flow.listener, uri->host, uri->port};
}

std::optional<NextHop> other_hop(const Dialog& dialog) {
  const Flow& flow = dialog.flow;
  if (flow.transport != Transport::tcp || dialog.symmetric) return std::nullopt;
  const auto uri = parse_uri(dialog.route_set.empty() ? std::string_view(dialog.remote_target)
                                                      : uri_in(dialog.route_set.front()));
  if (!uri || (is_private_address(uri->host) && uri->host != flow.remote.address)) return std::nullopt;
  const Transport transport = uri->transport() == "udp" ? Transport::udp : Transport::tcp;
  const NextHop hop{transport, flow.listener, uri->host, uri->port};
  return hop == next_hop(dialog) ? std::nullopt : std::optional(hop);
}

std::string to_row(const Dialog& dialog) {
  const Flow& flow = dialog.flow;
  std::string row = fmt::format(
      "call-id {}\nlocal {}\nlocal-tag {}\nremote {}\nremote-tag {}\nlocal-cseq {}\nremote-cseq {}\ntarget "
      "{}\n"
      "contact {}\ntransport {}\nlistener {}\nfrom-address {}\nat-address {}\nsymmetric {}\n",
      dialog.call_id, dialog.local, dialog.local_tag, dialog.remote, dialog.remote_tag, dialog.local_cseq,
      dialog.remote_cseq, dialog.remote_target, dialog.contact, to_string(flow.transport), flow.listener,
      endpoint_text(flow.remote), endpoint_text(flow.local), dialog.symmetric ? 1 : 0);
  for (const std::string& route : dialog.route_set) row += fmt::format("route {}\n", route);
  return row;
}

base::Result<Dialog> dialog_of_row(std::string_view row) {
  Dialog dialog;
  while (!row.empty()) {
    const auto end = std::min(row.find('\n'), row.size());
    const std::string_view line = row.substr(0, end);
    row.remove_prefix(std::min(end + 1, row.size()));
    const auto space = line.find(' ');
    if (space == std::string_view::npos ||
        !read_field(dialog, line.substr(0, space), line.substr(space + 1))) {
      return base::fail(SipErrc::malformed_dialog_row, std::string(line));
    }
  }
  if (dialog.call_id.empty() || dialog.local_tag.empty() || dialog.remote_target.empty()) {
    return base::fail(SipErrc::malformed_dialog_row, "a field is missing");
  }
  return dialog;
}

}  // namespace tonearm::sip
