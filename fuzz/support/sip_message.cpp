#include "support/sip_message.hpp"

#include <algorithm>
#include <variant>

#include "sip/sdp.hpp"

namespace tonearm::fuzz {
namespace {

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

void check_request(const sip::OutgoingRequest& request) {
  require(!request.method.empty() && request.method.find(' ') == std::string::npos, "a request has a method");
  require(!request.uri.empty() && request.uri.find_first_of(" \r\n\t") == std::string::npos,
          "a Request-URI is one word");
  require(are_header_lines(request.headers), "a request's headers are lines");
  require(request.body.empty() || sip::parse_sdp(request.body).has_value(), "a request's body is SDP");
}

}  // namespace

RawMessage parse_sip(Bytes bytes) {
  RawMessage out{sip::Ref<mbuf>(mbuf_alloc(bytes.size() + 1)), nullptr};
  mbuf_write_mem(out.buffer.get(), bytes.data(), bytes.size());
  mbuf_set_pos(out.buffer.get(), 0);
  sip_msg* raw = nullptr;
  if (sip_msg_decode(&raw, out.buffer.get()) == 0) out.raw.reset(raw);
  return out;
}

bool are_header_lines(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find("\r\n");
    if (end == std::string_view::npos || end == 0) return false;
    const std::string_view line = text.substr(0, end);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || line.front() == ' ' || !is_one_line(line))
      return false;
    text.remove_prefix(end + 2);
  }
  return true;
}

void check_sent(const sip::SessionActions& actions) {
  for (const sip::SessionAction& action : actions) {
    if (const auto* sent = std::get_if<sip::SendResponse>(&action)) {
      require(sent->status >= 100 && sent->status <= 699, "a response has a status");
      require(are_header_lines(sent->headers), "a response's headers are lines");
      require(sent->sdp.empty() || sip::parse_sdp(sent->sdp).has_value(), "a response's body is SDP");
    } else if (const auto* request = std::get_if<sip::SendRequest>(&action)) {
      check_request(request->request);
    } else if (const auto* ack = std::get_if<sip::SendAck>(&action)) {
      check_request(ack->request);
    } else if (const auto* drop = std::get_if<sip::DropBranch>(&action)) {
      check_request(drop->ack);
      if (drop->bye) check_request(*drop->bye);
    }
  }
}

void check_row(const sip::Dialog& dialog) {
  const auto again = sip::dialog_of_row(to_row(dialog));
  require(again.has_value(), "a stored dialog can be read");
  require(to_row(*again) == to_row(dialog), "a stored dialog is read as it was");
}

}  // namespace tonearm::fuzz
