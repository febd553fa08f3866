#include "sip/transactions.hpp"

#include <string>

#include <fmt/format.h>

#include "sip/screening.hpp"
#include "sip/uri.hpp"

namespace tonearm::sip {
namespace {

Ref<sip_msg> keep(const sip_msg& message) {
  return Ref<sip_msg>(static_cast<sip_msg*>(mem_ref(const_cast<sip_msg*>(&message))));
}

std::string head_and_body(std::string_view headers, std::string_view content_type, std::string_view body) {
  std::string text(headers);
  if (!body.empty()) text += fmt::format("Content-Type: {}\r\n", content_type);
  text += fmt::format("Content-Length: {}\r\n\r\n", body.size());
  text += body;
  return text;
}

sa reply_address(const sip_msg& request) {
  sa destination{};
  pl value{};
  sip_reply_addr(&destination, &request, msg_param_exists(&request.via.params, "rport", &value) == 0);
  return destination;
}

Ref<mbuf> buffer_of(std::string_view text) {
  Ref<mbuf> buffer(mbuf_alloc(text.size()));
  if (buffer &&
      mbuf_write_mem(buffer.get(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size()) == 0) {
    mbuf_set_pos(buffer.get(), 0);
    return buffer;
  }
  return nullptr;
}

/// Starts one request; `number` receives libre's handle if it is to be tracked.
int start(Listener& listener, const OutgoingRequest& request, bool stateful, struct sip_request** handle,
          sip_resp_h* on_response, void* argument) {
  const std::string head = request.headers + "User-Agent: tonearm/" TONEARM_VERSION "\r\n";
  const Ref<mbuf> content = buffer_of(head_and_body(head, request.content_type, request.body));
  if (!content) return ENOMEM;
  const std::string parameters = fmt::format(";transport={}", to_string(listener.transport()));
  uri route{};
  route.scheme = to_pl("sip");
  route.host = to_pl(request.next_hop.host);
  route.port = request.next_hop.port;
  route.params = to_pl(parameters);
  return sip_request(handle, listener.stack(), stateful, request.method.c_str(),
                     static_cast<int>(request.method.size()), request.uri.c_str(),
                     static_cast<int>(request.uri.size()), &route, content.get(), 0, nullptr, on_response,
                     argument);
}

}  // namespace

void SentAnswer::repeat() const {
  if (stack != nullptr) sip_send(stack, request->sock, request->tp, &destination, bytes.get());
}

void ServerTransactions::close() {
  for (auto& [number, open] : open_) mem_deref(open->transaction);
  open_.clear();
}

std::optional<ServerTransaction> ServerTransactions::open(Listener& listener, const sip_msg& request) {
  auto open = std::make_unique<Open>(Open{this, ++last_, listener.stack(), nullptr, keep(request)});
  if (sip_strans_alloc(&open->transaction, open->stack, &request, on_cancel, open.get()) != 0)
    return std::nullopt;
  const ServerTransaction number = open->number;
  open_.emplace(number, std::move(open));
  return number;
}

std::optional<SentAnswer> ServerTransactions::respond(ServerTransaction transaction, int status,
                                                      std::string_view headers, std::string_view sdp) {
  const auto found = open_.find(transaction);
  if (found == open_.end()) return std::nullopt;
  Open& open = *found->second;
  const bool answers_invite = status >= 200 && status < 300 && to_view(open.request->met) == "INVITE";
  std::string all(headers);
  if (answers_invite) all += kAbilities;
  const std::string text = head_and_body(all, "application/sdp", sdp);
  mbuf* bytes = nullptr;
  sip_treplyf(&open.transaction, &bytes, open.stack, open.request.get(), true,
              static_cast<std::uint16_t>(status), std::string(reason_phrase(status)).c_str(), "%b",
              text.data(), text.size());
  Ref<mbuf> sent(bytes);
  if (status < 200) return std::nullopt;
  std::optional<SentAnswer> answer;
  if (answers_invite && sent) {
    const sa destination = reply_address(*open.request);
    answer = SentAnswer{open.stack, std::move(open.request), destination, std::move(sent)};
  }
  open_.erase(found);
  return answer;
}

void ServerTransactions::on_cancel(void* open) {
  const auto& entry = *static_cast<Open*>(open);
  entry.owner->on_cancel_(entry.number);
}

void respond_statelessly(Listener& listener, const sip_msg& request, int status, std::string_view headers) {
  const std::string text = head_and_body(headers, {}, {});
  sip_replyf(listener.stack(), &request, static_cast<std::uint16_t>(status),
             std::string(reason_phrase(status)).c_str(), "%b", text.data(), text.size());
}

void respond_statelessly(Listener& listener, const sip_msg& request, const Refusal& refusal) {
  respond_statelessly(listener, request, refusal.status, refusal.headers);
}

std::optional<ClientTransactions::Number> ClientTransactions::send(Listener& listener,
                                                                   const OutgoingRequest& request,
                                                                   ResponseHandler handler) {
  auto pending = std::make_shared<Pending>(Pending{this, ++last_, nullptr, std::move(handler)});
  const Number number = pending->number;
  pending_.emplace(number, pending);
  if (start(listener, request, true, &pending->request, on_response, pending.get()) != 0) {
    pending_.erase(number);
    return std::nullopt;
  }
  return number;
}

void ClientTransactions::send_ack(Listener& listener, const OutgoingRequest& ack) {
  start(listener, ack, false, nullptr, nullptr, nullptr);
}

void ClientTransactions::cancel(Number number) {
  if (const auto found = pending_.find(number); found != pending_.end())
    sip_request_cancel(found->second->request);
}

void ClientTransactions::on_response(int error, const sip_msg* response, void* pending) {
  auto* entry = static_cast<Pending*>(pending);
  ClientTransactions& self = *entry->owner;
  const auto found = self.pending_.find(entry->number);
  if (found == self.pending_.end()) return;
  const std::shared_ptr<Pending> held = found->second;  // the handler may send and so rehash
  if (response == nullptr || response->scode >= 200) self.pending_.erase(found);
  if (held->handler) held->handler(error, response);
}

void ClientTransactions::abandon() {
  for (auto& [number, pending] : pending_) pending->handler = nullptr;
}

}  // namespace tonearm::sip
