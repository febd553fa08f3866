#include "conversation.hpp"

#include <boost/asio/use_awaitable.hpp>

namespace bot {
namespace asio = boost::asio;
namespace json = boost::json;

Conversation::Conversation(asio::any_io_executor executor, const Options& options, CallApi api,
                           Recordings& recordings, std::string base)
    : Call(std::move(executor), std::move(api), std::move(base)),
      options_(options),
      recordings_(recordings) {}

Conversation::~Conversation() {
  recordings_.forget(message_name());
}

asio::awaitable<void> Conversation::script() {
  std::vector<std::string> prompts{audio_url("welcome"), audio_url("menu"), audio_url("goodbye")};
  co_await api().answer(std::move(prompts));
  co_await wait_for_audio();
  co_await welcome();

  co_await pause(std::chrono::milliseconds(300));
  co_await api().subscribe_to_tones();  // every key is told from now on
  if (co_await take_message()) {
    co_await wait_for_end_of(co_await api().play_prompt("playback", audio_url(message_name())));
    co_await pause(std::chrono::milliseconds(300));
  }
  co_await wait_for_end_of(co_await play("goodbye"));
  co_await hang_up();
}

asio::awaitable<void> Conversation::welcome() {
  const std::string welcome = co_await play("welcome");
  asio::steady_timer second_thoughts(co_await asio::this_coro::executor, options_.cancel_after);
  const std::string menu = co_await play("menu");  // queued: it would begin when the welcome has ended

  co_await second_thoughts.async_wait(asio::use_awaitable);
  co_await api().cancel_media_processing();  // nothing of either is heard once this has been answered
  co_await wait_for_end_of(welcome);
  co_await wait_for_end_of(menu);
}

asio::awaitable<bool> Conversation::take_message() {
  const json::object record = co_await wait_for_end_of(co_await api().record_response("message"));
  const std::string location = text(record, "recordingLocation");
  if (text(record, "status") != "completed" || location.empty()) co_return false;
  recordings_.keep(message_name(), co_await api().download(location, text(record, "recordingAccessToken")));
  co_return true;
}

}  // namespace bot
