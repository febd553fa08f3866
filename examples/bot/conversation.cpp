#include "conversation.hpp"

#include <set>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bot {
namespace asio = boost::asio;
namespace json = boost::json;
using asio::use_awaitable;

namespace {

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool is_call(const json::object& data) {
  return text(data, "@odata.type") == "#microsoft.graph.call";
}

bool has_active_audio(const json::object& data) {
  const json::value* media = data.if_contains("mediaState");
  return is_call(data) && media != nullptr && media->is_object() &&
         text(media->as_object(), "audio") == "active";
}

}  // namespace

Conversation::Conversation(asio::any_io_executor executor, const Options& options, TokenSource& tokens,
                           EventLog& log, std::string call, std::string prompt_base)
    : options_(options),
      prompt_base_(std::move(prompt_base)),
      api_(options, tokens, log, std::move(call)),
      inbox_filled_(executor, asio::steady_timer::time_point::max()) {}

asio::awaitable<void> Conversation::script() {
  std::vector<std::string> prompts{prompt_url("welcome"), prompt_url("menu"), prompt_url("goodbye")};
  co_await api_.answer(std::move(prompts));
  co_await wait_until(has_active_audio);

  const std::string welcome = co_await play("welcome");
  asio::steady_timer second_thoughts(co_await asio::this_coro::executor, options_.cancel_after);
  const std::string menu = co_await play("menu");  // queued: it would begin when the welcome has ended

  co_await second_thoughts.async_wait(use_awaitable);
  co_await api_.cancel_media_processing();  // nothing of either is heard once this has been answered
  co_await wait_for_end_of(welcome);
  co_await wait_for_end_of(menu);

  asio::steady_timer breath(co_await asio::this_coro::executor, std::chrono::milliseconds(500));
  co_await breath.async_wait(use_awaitable);
  co_await wait_for_end_of(co_await play("goodbye"));
  co_await api_.hang_up();
  co_await wait_until([](const json::object&) { return false; });  // until the call has ended
}

asio::awaitable<void> Conversation::run() {
  std::exception_ptr failure;
  try {
    co_await script();
  } catch (const CallOver&) {
    co_return;
  } catch (const ApiError& error) {
    if (error.status == 404) co_return;  // the caller has hung up meanwhile
    failure = std::current_exception();
  } catch (...) {
    failure = std::current_exception();
  }
  try {
    co_await api_.hang_up();  // nobody is left in silence
  } catch (const std::exception&) {
    // The call was over already.
  }
  std::rethrow_exception(failure);
}

void Conversation::post(json::object notification) {
  inbox_.push_back(std::move(notification));
  inbox_filled_.cancel();
}

asio::awaitable<void> Conversation::wait_until(std::function<bool(const json::object&)> wanted) {
  for (;;) {
    while (inbox_.empty()) {
      boost::system::error_code cancelled;
      co_await inbox_filled_.async_wait(asio::redirect_error(use_awaitable, cancelled));
    }
    const json::object notification = std::move(inbox_.front());
    inbox_.pop_front();
    const json::value* value = notification.if_contains("resourceData");
    if (value == nullptr || !value->is_object()) continue;
    const json::object& data = value->as_object();
    if (is_call(data) && text(notification, "changeType") == "deleted") throw CallOver{};
    if (wanted(data)) co_return;
  }
}

asio::awaitable<void> Conversation::wait_for_end_of(std::string operation) {
  co_await wait_until([&operation](const json::object& data) { return text(data, "id") == operation; });
}

asio::awaitable<std::string> Conversation::play(std::string name) {
  const std::string url = prompt_url(name);
  co_return co_await api_.play_prompt(std::move(name), url);
}

std::string Conversation::prompt_url(const std::string& name) const {
  return prompt_base_ + "/audio/" + name + ".wav";
}

}  // namespace bot
