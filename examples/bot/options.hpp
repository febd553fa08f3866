#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace bot {

struct Options {
  std::string server = "http://127.0.0.1:8080";  ///< Base address of the Graph API and the token endpoint.
  std::string tenant = "00000000-0000-4000-8000-0000000000aa";
  std::string client_id = "00000000-0000-4000-8000-000000000001";
  std::string client_secret;
  std::string listen = "127.0.0.1:9000";  ///< Webhook and prompts; port 0 = any free one.
  int listen_fd = -1;                  ///< A listening socket from the parent process, instead of `listen`.
  std::string public_url;              ///< Where the server reaches us; empty = `http://` + bound address.
  std::filesystem::path audio;         ///< welcome.wav, menu.wav, goodbye.wav.
  std::string call_back;               ///< Object id of a user who is rung after a call; empty: nobody.
  std::filesystem::path save_message;  ///< The latest message goes to this file too; empty: nowhere.
  std::chrono::milliseconds cancel_after{1600};  ///< From the answer to the first playPrompt.
  bool json = false;                             ///< One JSON object per line instead of readable lines.
};

/// Nothing to run with: print nothing more, exit with this status.
struct Exit {
  int status = 0;
};

/// Flags first, then the environment, then the defaults. Prints help and complaints itself.
std::optional<Options> parse_options(int argc, char** argv, Exit& exit);

}  // namespace bot
