#pragma once

#include "call.hpp"
#include "recordings.hpp"

namespace bot {

/// A call that came in, told from its first notification to its last. Threading: one thread.
class Conversation final : public Call {
 public:
  Conversation(boost::asio::any_io_executor executor, const Options& options, CallApi api,
               Recordings& recordings, std::string base);
  ~Conversation() override;

 private:
  boost::asio::awaitable<void> script() override;

  /// Welcomes, changes its mind in mid-word, and waits until both prompts are over.
  boost::asio::awaitable<void> welcome();
  /// Has the caller leave a message. What a web server needs to hand it out is then in `recordings_`; false
  /// if nothing was said.
  boost::asio::awaitable<bool> take_message();

  [[nodiscard]] std::string message_name() const { return "message-" + id(); }

  const Options& options_;
  Recordings& recordings_;
};

}  // namespace bot
