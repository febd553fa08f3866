// A bot for the Microsoft Graph Calls API, as anybody could write it: it knows HTTP and JSON, nothing else.
// Start reading at Conversation::script.

#include <csignal>
#include <cstdio>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "bot.hpp"
#include "options.hpp"

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
