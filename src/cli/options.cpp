#include "cli/options.hpp"

#include <sstream>

#include <CLI/CLI.hpp>

#include "base/guid.hpp"

namespace tonearm::cli {
namespace {

constexpr int kUsage = 2;

/// `10s`, `500ms`, `2m`; a bare number is seconds.
const CLI::Validator kDuration(
    [](std::string& text) -> std::string {
      std::size_t digits = 0;
      while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
      const std::string unit = text.substr(digits);
      long factor = 0;
      if (unit.empty() || unit == "s") factor = 1000;
      if (unit == "ms") factor = 1;
      if (unit == "m") factor = 60'000;
      constexpr std::size_t kMostDigits = 6;
      if (factor == 0 || digits == 0 || digits > kMostDigits)
        return "say 10s, 500ms or 2m, not '" + text + "'";
      text = std::to_string(std::stol(text) * factor);
      return {};
    },
    "TIME");

const CLI::Validator kKeys(
    [](std::string& text) -> std::string {
      return text.find_first_not_of("0123456789*#ABCD") == std::string::npos
                 ? std::string()
                 : "keys are 0-9 * # A-D, not '" + text + "'";
    },
    "KEYS");

const CLI::Validator kSipUri(
    [](std::string& text) -> std::string {
      return text.starts_with("sip:") && text.size() > 4 ? std::string()
                                                         : "an address looks like sip:ada@127.0.0.1:5060";
    },
    "SIP-URI");

const CLI::Validator kCallId(
    [](std::string& text) -> std::string {
      return base::Guid::parse(text)
                 ? std::string()
                 : "a call's id looks like 6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901, not '" + text + "'";
    },
    "CALL-ID");

const CLI::Validator kHttpUrl(
    [](std::string& text) -> std::string {
      return text.starts_with("http://") || text.starts_with("https://")
                 ? std::string()
                 : "an admin listener looks like http://127.0.0.1:8081, not '" + text + "'";
    },
    "URL");

/// Collects the subcommand that was given. The options live here while CLI11 writes into them.
class CommandLine {
 public:
  CommandLine() : app_("Tonearm: a call server that speaks the Microsoft Graph Calls API.", "tonearm") {
    app_.require_subcommand(1);
    app_.get_formatter()->column_width(34);
    add_serve();
    add_check();
    add_token();
    add_ca();
    add_demo();
    add_call();
    add_trace();
    add("version", "Print the version.", version_);
  }

  std::expected<Subcommand, Farewell> parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      std::ostringstream out;
      std::ostringstream err;
      const int status = app_.exit(error, out, err) == 0 ? 0 : kUsage;
      return std::unexpected(Farewell{status, out.str(), err.str()});
    }
    call_.duration = std::chrono::milliseconds(call_ms_);
    return chosen_();
  }

 private:
  template <class Options>
  CLI::App* add(const std::string& name, const std::string& help, Options& options) {
    CLI::App* sub = app_.add_subcommand(name, help);
    sub->callback([this, &options] { chosen_ = [&options] { return Subcommand(options); }; });
    return sub;
  }

  void add_serve() {
    CLI::App* sub = add("serve", "Run the server until SIGTERM; SIGHUP: settings again.", serve_);
    sub->add_option("--config", serve_.config, "Settings; default ./tonearm.toml")->check(CLI::ExistingFile);
    sub->add_flag("--dev", serve_.dev, "For trying out: own certificate authority, loopback, no file needed");
    sub->add_option_function<std::string>("--trace", [this](const std::string&) { serve_.trace_sip = true; })
        ->check(CLI::IsMember({"sip"}))
        ->description("Print every message: sip");
  }

  void add_check() {
    CLI::App* sub = add("check", "Validate settings: says line and remedy of each mistake.", check_);
    sub->add_option("--config", check_.config, "Settings")->required();
    sub->add_flag("--dev", check_.dev, "With the defaults of serve --dev");
  }

  void add_token() {
    CLI::App* sub =
        add("token", "Print an access token for an application, signed with the server's key.", token_);
    sub->add_option("--config", token_.config, "Settings; default ./tonearm.toml")->check(CLI::ExistingFile);
    sub->add_option("--application", token_.application, "Its name in the settings")->required();
    sub->add_flag("--dev", token_.dev, "With the defaults of serve --dev");
  }

  void add_ca() {
    CLI::App* sub = add("ca", "Make a development certificate authority and a server certificate.", ca_);
    sub->add_option("DIR", ca_.folder, "Folder for the PEM files")->required();
    sub->add_option("--host", ca_.hosts, "Another host name that the certificate is for");
  }

  void add_demo() {
    CLI::App* sub =
        add("demo", "Real calls on this machine: a bot cancels in mid-word, records, calls back.", demo_);
    sub->add_option("--bot", demo_.bot, "The example bot's binary; default: found beside this one")
        ->check(CLI::ExistingFile);
    sub->add_option("--output", demo_.output, "Folder for what was heard and said")
        ->default_val("demo-output");
    sub->add_flag("--verbose", demo_.verbose, "The server's log on stderr");
  }

  void add_call() {
    CLI::App* sub = add("call", "A scripted telephone. Exits 0 if answered, 3 if refused, 4 if not.", call_);
    sub->add_option("SIP-URI", call_.uri, "Whom to call; with --listen: where to wait for a call")
        ->required()
        ->check(kSipUri);
    sub->add_flag("--listen", call_.listen, "Wait for a call and answer it");
    sub->add_option("--from", call_.from, "Who is calling")->check(kSipUri)->capture_default_str();
    auto* user = sub->add_option("--user", call_.user, "Name to answer with where a password is asked for");
    auto* password = sub->add_option("--password-file", call_.password_file, "Its first line is the password")
                         ->check(CLI::ExistingFile);
    user->needs(password);
    password->needs(user);
    sub->add_option("--play", call_.play, "Say this WAV, once")->check(CLI::ExistingFile);
    sub->add_option("--record", call_.record, "Write what is heard to this WAV");
    sub->add_option("--dtmf", call_.dtmf, "Press these keys, one second after the answer")->check(kKeys);
    sub->add_option("--for", call_ms_, "Hang up after this time, as 10s; default: when the other side does")
        ->transform(kDuration);
    sub->add_flag("--json", call_.json, "One JSON object per line");
  }

  void add_trace() {
    CLI::App* sub =
        add("trace", "Write what a running server knows of a call's SIP and RTP to a capture file.", trace_);
    sub->add_option("CALL-ID", trace_.call, "The call, up or over for less than ten minutes")
        ->required()
        ->check(kCallId);
    sub->add_option("FILE", trace_.file, "As name.pcapng; replaced if it exists")->required();
    add_admin(*sub, trace_.admin);
    sub->footer(
        "Then, for the ladder, the streams and the remarks:\n"
        "  tshark -r FILE\n"
        "  tshark -r FILE -q -z rtp,streams\n"
        "  tshark -r FILE -Y frame.comment -T fields -e frame.number -e frame.comment");
  }

  static void add_admin(CLI::App& sub, AdminOptions& admin) {
    sub.add_option("--config", admin.config,
                   "The server's settings; default ./tonearm.toml, else serve --dev's")
        ->check(CLI::ExistingFile);
    sub.add_option("--admin", admin.url, "Its admin listener; default: as the settings say")->check(kHttpUrl);
    sub.add_option("--token-file", admin.token_file, "Its first line is the admin listener's token")
        ->check(CLI::ExistingFile);
    sub.add_flag("--dev", admin.dev, "With the defaults of serve --dev");
  }

  CLI::App app_;
  ServeOptions serve_;
  CheckOptions check_;
  TokenOptions token_;
  CaOptions ca_;
  DemoOptions demo_;
  CallOptions call_;
  long call_ms_ = 0;
  TraceOptions trace_;
  VersionOptions version_;
  std::function<Subcommand()> chosen_;
};

}  // namespace

std::expected<Subcommand, Farewell> parse_command_line(int argc, const char* const* argv) {
  return CommandLine().parse(argc, argv);
}

}  // namespace tonearm::cli
