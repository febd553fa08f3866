#include "cli/demo/stage.hpp"

#include <cerrno>
#include <fstream>
#include <future>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/endpoint.hpp"
#include "base/guid.hpp"

namespace tonearm::cli {
namespace {

using base::fail;

constexpr auto kReadyWithin = std::chrono::seconds(60);
constexpr std::string_view kApplication = "00000000-0000-4000-8000-000000000001";
constexpr std::string_view kAda = "00000000-0000-4000-8000-000000000101";
constexpr std::string_view kTenant = "00000000-0000-4000-8000-0000000000aa";

std::string log_of(const Stage::Setup& setup, const char* name) {
  return setup.verbose ? std::string() : (setup.logs / name).string();
}

std::string hint(const Stage::Setup& setup, const char* name) {
  return setup.verbose ? std::string() : fmt::format("; see {}", (setup.logs / name).string());
}

}  // namespace

base::Result<std::unique_ptr<Stage>> Stage::build(Setup setup) {
  std::unique_ptr<Stage> stage(new Stage(std::move(setup)));
  std::string folder = (std::filesystem::temp_directory_path() / "tonearm-demo.XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return fail(static_cast<std::errc>(errno), folder);
  stage->folder_ = folder;
  if (auto done = stage->open_bot_socket(); !done) return std::unexpected(done.error());
  if (auto done = stage->start_server(); !done) return std::unexpected(done.error());
  if (auto done = stage->start_bot(); !done) return std::unexpected(done.error());
  return stage;
}

Stage::Stage(Setup setup) : setup_(std::move(setup)), secret_(base::Guid::random().to_string()) {}

Stage::~Stage() {
  take_down();
}

base::Result<void> Stage::open_bot_socket() {
  sockaddr_storage address{};
  socklen_t length = 0;
  const base::Endpoint any_port{"127.0.0.1", 0};
  bot_socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool usable = bot_socket_ >= 0 && any_port.to_sockaddr(address, length) &&
                      ::bind(bot_socket_, reinterpret_cast<const sockaddr*>(&address), length) == 0 &&
                      ::listen(bot_socket_, SOMAXCONN) == 0 &&
                      ::getsockname(bot_socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  if (!usable) return fail(static_cast<std::errc>(errno), "no listening socket for the bot");
  bot_address_ = base::Endpoint::from_sockaddr(reinterpret_cast<const sockaddr*>(&address)).to_string();
  return {};
}

std::string Stage::server_configuration() const {
  return fmt::format(R"([server]
http = ["127.0.0.1:0"]
https = []
data_dir = '{}'
drain = "0s"
[admin]
listen = ["127.0.0.1:0"]
[sip]
listen = ["udp:127.0.0.1:0"]
open = true
[prompts]
allow_networks = ["127.0.0.0/8"]
[[application]]
name = "demo"
id = "{}"
tenant = "{}"
secret = "{}"
webhook = "http://{}/api/calls"
roles = ["Calls.Initiate.All", "Calls.AccessMedia.All"]
addresses = ["*"]
[[user]]
id = "{}"
name = "Ada"
sip = "sip:ada@{}"
)",
                     (folder_ / "data").string(), kApplication, kTenant, secret_, bot_address_, kAda,
                     setup_.phone);
}

base::Result<void> Stage::start_server() {
  const std::filesystem::path file = folder_ / "tonearm.toml";  // in a folder that only we can read
  std::ofstream(file) << server_configuration();
  auto ready = std::make_shared<std::promise<std::string>>();
  auto server = ChildProcess::start(
      {.program = setup_.server,
       .arguments = {"serve", "--dev", "--config", file.string()},
       .withheld_prefix = "TONEARM_",  // settings of another server
       .errors = log_of(setup_, "server.log"),
       .on_line = [ready, on_end = setup_.on_end, said = false](const std::string& line) mutable {
         const bool is_ready = line.starts_with("tonearm ready");
         if (!said && (is_ready || line.empty())) ready->set_value(line);
         said = said || is_ready || line.empty();
         if (line.empty()) on_end("server");
       }});
  if (!server) return std::unexpected(server.error());
  server_.emplace(*std::move(server));
  auto line = ready->get_future();
  const bool in_time = line.wait_for(kReadyWithin) == std::future_status::ready;
  ready_line_ = in_time ? line.get() : std::string();
  if (!ready_line_.empty()) return {};
  return fail(
      in_time ? std::errc::broken_pipe : std::errc::timed_out,
      (in_time ? "the server ended at once" : "the server did not get ready") + hint(setup_, "server.log"));
}

base::Result<void> Stage::start_bot() {
  auto listening = std::make_shared<std::promise<bool>>();
  auto bot =
      ChildProcess::start({.program = setup_.bot,
                           .arguments = {"--json", "--listen-fd", "3", "--server", api_url(), "--call-back",
                                         std::string(kAda), "--save-message", setup_.message.string()},
                           .environment = {{"TONEARM_CLIENT_ID", std::string(kApplication)},
                                           {"TONEARM_TENANT_ID", std::string(kTenant)},
                                           {"TONEARM_CLIENT_SECRET", secret_}},
                           .withheld_prefix = "BOT_",
                           .inherited_fd = bot_socket_,
                           .errors = log_of(setup_, "bot.log"),
                           .on_line = [listening, this, said = false](const std::string& line) mutable {
                             const auto event = parse_bot_event(line);
                             if (!said && (line.empty() || (event && event->event == "listening"))) {
                               listening->set_value(!line.empty());
                               said = true;
                             }
                             if (event) setup_.on_bot_event(*event);
                             if (line.empty()) setup_.on_end("bot");
                           }});
  if (!bot) return std::unexpected(bot.error());
  bot_.emplace(*std::move(bot));
  ::close(std::exchange(bot_socket_, -1));
  auto started = listening->get_future();
  const bool in_time = started.wait_for(kReadyWithin) == std::future_status::ready;
  if (in_time && started.get()) return {};
  return fail(in_time ? std::errc::broken_pipe : std::errc::timed_out,
              "the bot did not start" + hint(setup_, "bot.log"));
}

std::string Stage::api_url() const {
  const std::string address = bound_address(ready_line_, "http");
  return address.starts_with("http") ? address : "http://" + address;
}

std::string Stage::sip_uri() const {
  std::string address = bound_address(ready_line_, "sip");
  address.erase(0, address.find(':') + 1);  // the transport
  return "sip:demo@" + address;
}

int Stage::take_down() {
  if (bot_) bot_->stop();
  const int status = server_ ? server_->stop() : 0;
  bot_.reset();
  server_.reset();
  if (bot_socket_ >= 0) ::close(std::exchange(bot_socket_, -1));
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(std::exchange(folder_, {}), ignored);
  return status;
}

std::string bound_address(std::string_view ready_line, std::string_view kind) {
  const std::string key = fmt::format(" {}=", kind);
  const auto found = ready_line.find(key);
  if (found == std::string_view::npos) return {};
  const std::string_view value = ready_line.substr(found + key.size());
  return std::string(value.substr(0, value.find_first_of(", ")));
}

}  // namespace tonearm::cli
