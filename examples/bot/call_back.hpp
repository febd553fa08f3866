#pragma once

#include "call.hpp"

namespace bot {

/// A call that the bot makes: rings a user of the directory, says goodbye once more, hangs up.
/// Threading: one thread.
class CallBack final : public Call {
 public:
  /// `created` is told when the call has its id, before the script goes on.
  CallBack(boost::asio::any_io_executor executor, const Options& options, CallApi api, std::string base,
           std::function<void()> created);

 private:
  boost::asio::awaitable<void> script() override;

  const Options& options_;
  const std::function<void()> created_;
};

}  // namespace bot
