// A bot for the Microsoft Graph Calls API, as anybody could write it: it knows HTTP and JSON, nothing else.
// Start reading at Conversation::script.

#include <csignal>
#include <cstdio>
#include <map>
#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>

#include "conversation.hpp"
#include "event_log.hpp"
#include "graph_client.hpp"
#include "options.hpp"
#include "web_server.hpp"

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
  const json::value* url = notification.if_contains("resourceUrl");
  if (url == nullptr || !url->is_string() || !std::string_view(url->as_string()).starts_with(kRoot))
    return {};
  const std::string rest(std::string_view(url->as_string()).substr(kRoot.size()));
  return rest.substr(0, rest.find('/'));
}

/// All calls of this bot. Threading: one thread.
class Bot {
 public:
  Bot(asio::io_context& io, const Options& options)
      : io_(io),
        options_(options),
        log_(options.json),
        tokens_(options, log_),
        web_(listen(io, options), options.audio, log_,
             [this](json::object notification) { on_notification(std::move(notification)); }),
        base_(options.public_url.empty() ? "http://" + web_.address() : options.public_url) {}

  asio::awaitable<void> run() {
    log_.write("listening", {{"address", web_.address()}, {"webhook", base_ + "/api/calls"}});
    co_await web_.run();
  }

 private:
  void on_notification(json::object notification) {
    const std::string id = call_of(notification);
    log_notification(id, notification);
    auto call = calls_.find(id);
    const bool is_new = call == calls_.end() && notification["changeType"] == "created";
    if (is_new) {
      const auto conversation =
          std::make_shared<Conversation>(io_.get_executor(), options_, tokens_, log_, id, base_);
      call = calls_.emplace(id, conversation).first;
      start(id, conversation);
    }
    if (call != calls_.end()) call->second->post(std::move(notification));
  }

  void start(const std::string& id, std::shared_ptr<Conversation> conversation) {
    asio::co_spawn(io_, conversation->run(), [this, id, conversation](std::exception_ptr failure) {
      try {
        if (failure) std::rethrow_exception(failure);
        log_.write("over", {{"call", id}});
      } catch (const std::exception& error) {
        log_.write("gave_up", {{"call", id}, {"why", error.what()}});
      }
      calls_.erase(id);
    });
  }

  /// The members that tell the story; the rest stays in the request.
  void log_notification(const std::string& id, const json::object& notification) {
    json::object facts{{"call", id}};
    if (const json::value* change = notification.if_contains("changeType")) facts["change"] = *change;
    boost::system::error_code error;
    const json::value whole = notification;
    const std::pair<const char*, const char*> members[] = {{"type", "/resourceData/@odata.type"},
                                                           {"state", "/resourceData/state"},
                                                           {"audio", "/resourceData/mediaState/audio"},
                                                           {"context", "/resourceData/clientContext"},
                                                           {"status", "/resourceData/status"},
                                                           {"code", "/resourceData/resultInfo/code"},
                                                           {"subcode", "/resourceData/resultInfo/subcode"},
                                                           {"sent_ms", "/resourceData/@tonearm.sentMs"},
                                                           {"id", "/resourceData/id"}};
    for (const auto& [name, path] : members) {
      const json::value* value = whole.find_pointer(path, error);
      if (value != nullptr && !value->is_null()) facts[name] = *value;
    }
    log_.write("notified", facts);
  }

  asio::io_context& io_;
  const Options& options_;
  EventLog log_;
  TokenSource tokens_;
  WebServer web_;
  const std::string base_;
  std::map<std::string, std::shared_ptr<Conversation>> calls_;  // by call id
};

}  // namespace
}  // namespace bot

int main(int argc, char** argv) {
  bot::Exit exit;
  const auto options = bot::parse_options(argc, argv, exit);
  if (!options) return exit.status;
  try {
    boost::asio::io_context io(1);
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&io](boost::system::error_code, int) { io.stop(); });
    bot::Bot bot(io, *options);
    boost::asio::co_spawn(io, bot.run(), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    io.run();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "example_bot: %s\n", error.what());
    return 1;
  }
}
