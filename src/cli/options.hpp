#pragma once

#include <chrono>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tonearm::cli {

// What was asked for on the command line: one struct per subcommand.

struct ServeOptions {
  std::optional<std::filesystem::path> config;  ///< None: `./tonearm.toml`, or with `dev` nothing.
  bool dev = false;
  bool trace_sip = false;
};

struct CheckOptions {
  std::filesystem::path config;
  bool dev = false;
};

struct TokenOptions {
  std::optional<std::filesystem::path> config;
  std::string application;
  bool dev = false;
};

struct CaOptions {
  std::filesystem::path folder;
  std::vector<std::string> hosts;  ///< Besides localhost and the loopback addresses.
};

struct DemoOptions {
  std::filesystem::path bot;     ///< Empty: found beside this binary.
  std::filesystem::path output;  ///< Folder for the WAVs.
  bool verbose = false;          ///< The server's log goes to stderr instead of a file.
};

struct CallOptions {
  std::string uri;
  bool listen = false;  ///< `uri` is the address to wait at.
  std::string from = "sip:caller@tonearm.invalid";
  std::string user;                       ///< Name for digest challenges; empty: none.
  std::filesystem::path password_file;    ///< Its first line is the password.
  std::filesystem::path play;             ///< Empty: silence.
  std::filesystem::path record;           ///< Empty: nothing is kept.
  std::string dtmf;                       ///< Keys to press, of `0-9*#A-D`.
  std::chrono::milliseconds duration{0};  ///< Hang up after this long; 0 = when the other side does.
  bool json = false;
};

/// A running server's admin listener, for subcommands that ask it something.
struct AdminOptions {
  std::string url;                              ///< Empty: as the settings say.
  std::filesystem::path token_file;             ///< Its first line is the token; empty: as the settings say.
  std::optional<std::filesystem::path> config;  ///< None: `./tonearm.toml` if there is one.
  bool dev = false;
};

struct TraceOptions {
  std::string call;  ///< A GUID.
  std::filesystem::path file;
  AdminOptions admin;
};

struct VersionOptions {};

using Subcommand = std::variant<ServeOptions, CheckOptions, TokenOptions, CaOptions, DemoOptions, CallOptions,
                                TraceOptions, VersionOptions>;

/// Nothing to run: this is to be printed, and the process ends.
struct Farewell {
  int status = 0;   ///< 0 for help, 2 for wrong usage.
  std::string out;  ///< For stdout.
  std::string err;  ///< For stderr.
};

/// Pure, but for looking whether files exist.
[[nodiscard]] std::expected<Subcommand, Farewell> parse_command_line(int argc, const char* const* argv);

}  // namespace tonearm::cli
