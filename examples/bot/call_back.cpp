#include "call_back.hpp"

namespace bot {
namespace asio = boost::asio;

CallBack::CallBack(asio::any_io_executor executor, const Options& options, CallApi api, std::string base,
                   std::function<void()> created)
    : Call(std::move(executor), std::move(api), std::move(base)),
      options_(options),
      created_(std::move(created)) {}

asio::awaitable<void> CallBack::script() {
  std::vector<std::string> prompts{audio_url("goodbye")};
  co_await api().create(options_.call_back, std::move(prompts));
  created_();
  co_await wait_for_audio();  // or the call's end, if nobody answers
  co_await wait_for_end_of(co_await play("goodbye"));
  co_await hang_up();
}

}  // namespace bot
