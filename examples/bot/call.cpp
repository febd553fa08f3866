#include "call.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bot {
namespace asio = boost::asio;
namespace json = boost::json;
using asio::use_awaitable;

namespace {

bool is_call(const json::object& data) {
  return text(data, "@odata.type") == "#microsoft.graph.call";
}

bool has_active_audio(const json::object& data) {
  const json::value* media = data.if_contains("mediaState");
  return is_call(data) && media != nullptr && media->is_object() &&
         text(media->as_object(), "audio") == "active";
}

}  // namespace

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

Call::Call(asio::any_io_executor executor, CallApi api, std::string base)
    : base_(std::move(base)),
      api_(std::move(api)),
      inbox_filled_(executor, asio::steady_timer::time_point::max()) {}

asio::awaitable<void> Call::run() {
  std::exception_ptr failure;
  try {
    co_await script();
  } catch (const CallOver&) {
    co_return;
  } catch (const ApiError& error) {
    if (error.status == 404 && !id().empty()) co_return;  // the caller has hung up meanwhile
    failure = std::current_exception();
  } catch (...) {
    failure = std::current_exception();
  }
  try {
    if (!id().empty()) co_await api_.hang_up();  // nobody is left in silence
  } catch (const std::exception&) {
    // The call was over already.
  }
  std::rethrow_exception(failure);
}

void Call::post(json::object notification) {
  inbox_.push_back(std::move(notification));
  inbox_filled_.cancel();
}

asio::awaitable<json::object> Call::wait_until(std::function<bool(const json::object&)> wanted) {
  for (;;) {
    while (inbox_.empty()) {
      boost::system::error_code cancelled;
      co_await inbox_filled_.async_wait(asio::redirect_error(use_awaitable, cancelled));
    }
    json::object notification = std::move(inbox_.front());
    inbox_.pop_front();
    json::value* value = notification.if_contains("resourceData");
    if (value == nullptr || !value->is_object()) continue;
    json::object& data = value->as_object();
    if (is_call(data) && text(notification, "changeType") == "deleted") throw CallOver{};
    if (wanted(data)) co_return std::move(data);
  }
}

asio::awaitable<void> Call::wait_for_audio() {
  co_await wait_until(has_active_audio);
}

asio::awaitable<json::object> Call::wait_for_end_of(std::string operation) {
  co_return co_await wait_until(
      [&operation](const json::object& data) { return text(data, "id") == operation; });
}

asio::awaitable<std::string> Call::play(std::string name) {
  const std::string url = audio_url(name);
  co_return co_await api_.play_prompt(std::move(name), url);
}

asio::awaitable<void> Call::pause(std::chrono::milliseconds length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  co_await timer.async_wait(use_awaitable);
}

asio::awaitable<void> Call::hang_up() {
  co_await api_.hang_up();
  told_to_the_end_ = true;
  co_await wait_until([](const json::object&) { return false; });
}

std::string Call::audio_url(const std::string& name) const {
  return base_ + "/audio/" + name + ".wav";
}

}  // namespace bot
