#include "bot.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "call_back.hpp"
#include "conversation.hpp"

namespace bot {
namespace asio = boost::asio;
namespace json = boost::json;
using tcp = asio::ip::tcp;

namespace {

tcp::acceptor listen(asio::io_context& io, const Options& options) {
  if (options.listen_fd >= 0) return tcp::acceptor(io, tcp::v4(), options.listen_fd);
  const auto colon = options.listen.rfind(':');
  if (colon == std::string::npos) throw std::invalid_argument("--listen needs ADDRESS:PORT");
  std::string host = options.listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto port = static_cast<unsigned short>(std::stoi(options.listen.substr(colon + 1)));
  return tcp::acceptor(io, tcp::endpoint(asio::ip::make_address(host), port));
}

/// `/communications/calls/{id}[/…]` → id.
std::string call_of(const json::object& notification) {
  constexpr std::string_view kRoot = "/communications/calls/";
  const std::string url = text(notification, "resourceUrl");
  if (!url.starts_with(kRoot)) return {};
  const std::string rest = url.substr(kRoot.size());
  return rest.substr(0, rest.find('/'));
}

}  // namespace

Bot::Bot(asio::io_context& io, const Options& options)
    : io_(io),
      options_(options),
      log_(options.json),
      tokens_(options, log_),
      recordings_(options.save_message),
      web_(listen(io, options), options.audio, recordings_, log_,
           [this](json::object notification) { on_notification(std::move(notification)); }),
      base_(options.public_url.empty() ? "http://" + web_.address() : options.public_url) {}

asio::awaitable<void> Bot::run() {
  log_.write("listening", {{"address", web_.address()}, {"webhook", base_ + "/api/calls"}});
  co_await web_.run();
}

void Bot::on_notification(json::object notification) {
  const std::string id = call_of(notification);
  log_notification(id, notification);
  const auto found = calls_.find(id);
  if (found != calls_.end()) return found->second->post(std::move(notification));
  if (text(notification, "changeType") == "created") return answer(id)->post(std::move(notification));
  if (being_created_ > 0) early_[id].push_back(std::move(notification));
}

Bot::CallPtr Bot::answer(const std::string& id) {
  auto call = std::make_shared<Conversation>(io_.get_executor(), options_,
                                             CallApi(options_, tokens_, log_, id), recordings_, base_);
  calls_.emplace(id, call);
  start(call, [this, told = std::weak_ptr(call)] {
    const auto conversation = told.lock();
    if (!options_.call_back.empty() && conversation && conversation->told_to_the_end()) call_back();
  });
  return call;
}

void Bot::call_back() {
  ++being_created_;
  const auto waiting = std::make_shared<bool>(true);  // for its id
  const auto done_waiting = [this, waiting] {
    if (std::exchange(*waiting, false) && --being_created_ == 0) early_.clear();
  };
  const auto self = std::make_shared<std::weak_ptr<Call>>();
  auto call = std::make_shared<CallBack>(io_.get_executor(), options_, CallApi(options_, tokens_, log_, {}),
                                         base_, [this, self, done_waiting] {
                                           const CallPtr created = self->lock();
                                           calls_.emplace(created->id(), created);
                                           for (json::object& notification : early_[created->id()])
                                             created->post(std::move(notification));
                                           done_waiting();
                                         });
  *self = call;
  start(call, done_waiting);
}

void Bot::start(CallPtr call, std::function<void()> after) {
  auto run = call->run();
  asio::co_spawn(io_, std::move(run), [this, call, after = std::move(after)](std::exception_ptr failure) {
    try {
      if (failure) std::rethrow_exception(failure);
      log_.write("over", {{"call", call->id()}});
    } catch (const std::exception& error) {
      log_.write("gave_up", {{"call", call->id()}, {"why", error.what()}});
    }
    calls_.erase(call->id());
    after();
  });
}

/// The members that tell the story; the rest, a recording's token above all, stays in the request.
void Bot::log_notification(const std::string& id, const json::object& notification) {
  json::object facts{{"call", id}};
  if (const json::value* change = notification.if_contains("changeType")) facts["change"] = *change;
  boost::system::error_code error;
  const json::value whole = notification;
  const std::pair<const char*, const char*> members[] = {{"type", "/resourceData/@odata.type"},
                                                         {"state", "/resourceData/state"},
                                                         {"audio", "/resourceData/mediaState/audio"},
                                                         {"tone", "/resourceData/toneInfo/tone"},
                                                         {"sequence", "/resourceData/toneInfo/sequenceId"},
                                                         {"context", "/resourceData/clientContext"},
                                                         {"status", "/resourceData/status"},
                                                         {"code", "/resourceData/resultInfo/code"},
                                                         {"subcode", "/resourceData/resultInfo/subcode"},
                                                         {"reason", "/resourceData/completionReason"},
                                                         {"sent_ms", "/resourceData/@tonearm.sentMs"},
                                                         {"captured_ms", "/resourceData/@tonearm.capturedMs"},
                                                         {"id", "/resourceData/id"}};
  for (const auto& [name, path] : members) {
    const json::value* value = whole.find_pointer(path, error);
    if (value != nullptr && !value->is_null()) facts[name] = *value;
  }
  log_.write("notified", facts);
}

}  // namespace bot
