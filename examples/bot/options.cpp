#include "options.hpp"

#include <CLI/CLI.hpp>

namespace bot {

std::optional<Options> parse_options(int argc, char** argv, Exit& exit) {
  Options options;
  options.audio = std::filesystem::canonical("/proc/self/exe").parent_path() / "audio";
  int cancel_after_ms = static_cast<int>(options.cancel_after.count());

  CLI::App app("A bot that answers, plays, changes its mind in mid-word, takes a message and plays it back.");
  app.add_option("--server", options.server, "Base address of the Graph Calls API")->envname("BOT_SERVER");
  app.add_option("--tenant", options.tenant, "Tenant id")->envname("TONEARM_TENANT_ID");
  app.add_option("--client-id", options.client_id, "Application id")->envname("TONEARM_CLIENT_ID");
  app.add_option("--client-secret", options.client_secret, "Client secret; better given by environment")
      ->envname("TONEARM_CLIENT_SECRET");
  app.add_option("--listen", options.listen, "ADDRESS:PORT for webhook and prompts; port 0 = any free one")
      ->envname("BOT_LISTEN");
  app.add_option("--listen-fd", options.listen_fd, "Take over this listening socket instead");
  app.add_option("--public-url", options.public_url, "Where the server reaches this bot")
      ->envname("BOT_PUBLIC_URL");
  app.add_option("--audio", options.audio, "Folder of the prompts")->check(CLI::ExistingDirectory);
  app.add_option("--cancel-after", cancel_after_ms, "Milliseconds of the first prompt before it is cancelled")
      ->check(CLI::Range(0, 600'000));
  app.add_option("--call-back", options.call_back, "Object id of a user to ring when a call is over");
  app.add_option("--save-message", options.save_message, "WAV file for what the latest caller said");
  app.add_flag("--json", options.json, "One JSON object per line");
  app.get_formatter()->column_width(28);
  for (CLI::Option* option : app.get_options()) option->capture_default_str();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit.status = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  if (options.client_secret.empty()) {
    std::cerr << "example_bot: no client secret: set TONEARM_CLIENT_SECRET or give --client-secret\n";
    exit.status = 2;
    return std::nullopt;
  }
  options.cancel_after = std::chrono::milliseconds(cancel_after_ms);
  return options;
}

}  // namespace bot
