#include "server_fixture.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "auth/rsa_key.hpp"
#include "auth/token_issuer.hpp"
#include "base/guid.hpp"
#include "base/log.hpp"

extern char** environ;

namespace tonearm::testing {
namespace {

config::ApplicationSettings application(const char* name, const char* id, const char* tenant) {
  config::ApplicationSettings settings;
  settings.name = name;
  settings.id = *base::Guid::parse(id);
  settings.tenant = *base::Guid::parse(tenant);
  settings.secret = base::Secret(kSecret);
  settings.roles = {"Calls.Initiate.All", "Calls.AccessMedia.All"};
  return settings;
}

base::Endpoint endpoint_of(std::string text) {
  for (const char* scheme : {"http://", "https://", "udp:", "tcp:"}) {
    if (text.starts_with(scheme)) text.erase(0, std::string(scheme).size());
  }
  return base::Endpoint::parse(text).value();
}

std::string first_of(const std::string& ready, const std::string& key) {
  const auto at = ready.find(" " + key + "=");
  if (at == std::string::npos) throw std::runtime_error("no " + key + " in: " + ready);
  const auto from = at + key.size() + 2;
  return ready.substr(from, ready.find_first_of(" ,\n", from) - from);
}

std::string toml_application(const char* name, const char* id, const char* tenant, const std::string& more) {
  return std::string("[[application]]\nname = \"") + name + "\"\nid = \"" + id + "\"\ntenant = \"" + tenant +
         "\"\nsecret = \"" + kSecret + "\"\nroles = [\"Calls.Initiate.All\", \"Calls.AccessMedia.All\"]\n" +
         more;
}

/// Two RSA keys are most of a server's start. All servers of a test run have the same.
void lay_keys(const std::filesystem::path& data_dir) {
  static const TempDir kept;
  for (const char* file : {auth::kTokenKeyFile, "notification-key.pem"}) {
    // Made by the first server's own way, then copied.
    if (!auth::RsaKey::load_or_create(kept.path() / file, "Tonearm tests", base::WallClock::now()))
      throw std::runtime_error(std::string("no ") + file);
    std::filesystem::copy_file(kept.path() / file, data_dir / file,
                               std::filesystem::copy_options::skip_existing);
  }
}

constexpr const char* kReady = "tonearm ready";

std::vector<std::string> environment_with(const Environment& more) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!more.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : more) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// The process, and the reading end of what it says on stdout (and stderr).
std::pair<pid_t, Socket> spawn_server(const std::string& toml, const std::filesystem::path& directory,
                                      const Environment& more, bool with_stderr) {
  const std::string file = (directory / "tonearm.toml").string();
  std::ofstream(file) << toml;
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  Socket reader(out[0]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  if (with_stderr) posix_spawn_file_actions_adddup2(&actions, out[1], STDERR_FILENO);
  std::vector<std::string> words = {TONEARM_BINARY, "serve", "--config", file};
  auto environment = environment_with(more);
  pid_t pid = -1;
  const int failure = posix_spawn(&pid, TONEARM_BINARY, &actions, nullptr, pointers(words).data(),
                                  pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  if (failure != 0) throw std::runtime_error(std::string("cannot start ") + TONEARM_BINARY);
  return {pid, std::move(reader)};
}

/// What is said up to and with the ready line, or to the end.
std::string read_until_ready(const Socket& out) {
  std::string said;
  char c = 0;
  while (said.find(kReady) == std::string::npos || c != '\n') {
    if (!out.readable(30s) || ::read(out.fd(), &c, 1) != 1) break;
    said += c;
  }
  return said;
}

}  // namespace

TempDir::TempDir()
    : path_(std::filesystem::temp_directory_path() / ("tonearm-" + base::Guid::random().to_string())) {
  std::filesystem::create_directories(path_);
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

config::Settings test_settings(const Bot& bot, const std::filesystem::path& data_dir) {
  lay_keys(data_dir);
  config::Settings settings;
  settings.dev = true;
  settings.server.http = {{"127.0.0.1", 0}};
  settings.server.public_url = "";
  settings.server.data_dir = data_dir;
  settings.server.drain = 0ms;
  settings.admin.listen = {{"127.0.0.1", 0}};
  settings.sip.listen = {{config::SipTransport::udp, {"127.0.0.1", 0}}};
  settings.sip.open = true;
  settings.prompts.allow_networks = {base::Network::parse("127.0.0.0/8").value()};
  settings.notifications.allow_http = true;
  settings.notifications.allow_networks = settings.prompts.allow_networks;
  auto ivr = application("ivr", kApplication, kTenant);
  ivr.webhook = bot.url();
  ivr.addresses = {"ivr", "+14255550100"};
  settings.applications = {std::move(ivr), application("other", kOtherApplication, kTenant),
                           application("stranger", kStranger, kStrangerTenant)};
  return settings;
}

void add_user(config::Settings& settings, const std::string& id, const std::string& contact) {
  config::UserSettings user;
  user.id = *base::Guid::parse(id);
  user.name = "Ada";
  user.sip = contact;
  settings.users.push_back(std::move(user));
}

std::string test_toml(const Bot& bot, const std::filesystem::path& data_dir, const std::string& extra) {
  return "[server]\nhttp = [\"127.0.0.1:0\"]\npublic_url = \"http://127.0.0.1:1\"\ndata_dir = \"" +
         data_dir.string() + "\"\ndrain = \"0s\"\n[admin]\nlisten = [\"127.0.0.1:0\"]\ntoken = \"" +
         kAdminToken +
         "\"\n[sip]\nlisten = "
         "[\"udp:127.0.0.1:0\"]\nopen = true\n"
         "[prompts]\nallow_networks = [\"127.0.0.0/8\"]\n[notifications]\nallow_http = true\n"
         "allow_networks = [\"127.0.0.0/8\"]\n" +
         toml_application("ivr", kApplication, kTenant,
                          "webhook = \"" + bot.url() + "\"\naddresses = [\"ivr\"]\n") +
         extra;
}

LocalServer::LocalServer(config::Settings settings, app::ServerOptions options) {
  (void)spdlog::default_logger_raw();  // `tonearm serve` has it before its first thread, too
  auto started = app::Server::start(std::move(settings), std::move(options));
  if (!started) throw std::runtime_error("server: " + started.error().message());
  server_ = std::move(*started);
  const app::BoundAddresses& bound = server_->addresses();
  at_ = {endpoint_of(bound.http.at(0)), endpoint_of(bound.sip.at(0)), endpoint_of(bound.admin.at(0))};
}

ServerProcess::ServerProcess(const std::string& toml, const std::filesystem::path& directory,
                             const Environment& more) {
  auto [pid, out] = spawn_server(toml, directory, more, false);
  pid_ = pid;
  const std::string ready = read_until_ready(out);
  if (ready.find(kReady) == std::string::npos) throw std::runtime_error("no ready line: " + ready);
  at_ = {endpoint_of(first_of(ready, "http")), endpoint_of(first_of(ready, "sip")),
         endpoint_of(first_of(ready, "admin"))};
}

std::pair<int, std::string> refused_start(const std::string& toml, const std::filesystem::path& directory,
                                          const Environment& more) {
  auto [pid, out] = spawn_server(toml, directory, more, true);
  std::string said = read_until_ready(out);
  if (said.find(kReady) != std::string::npos) ::kill(pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, std::move(said)};
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) {
    signal(SIGCONT);
    signal(SIGKILL);
    wait();
  }
}

void ServerProcess::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

int ServerProcess::wait() {
  int status = 0;
  if (pid_ > 0) waitpid(std::exchange(pid_, -1), &status, 0);
  return status;
}

std::string token_for(const Listeners& at, const char* application, const char* tenant) {
  return ApiClient::fetch_token(at.http, tenant, application, kSecret);
}

LiveCall::LiveCall(const Listeners& at, Bot& the_bot, const std::string& root, const std::string& token,
                   const std::string& dialled)
    : bot(the_bot), phone(at.sip), api(at.http, token.empty() ? token_for(at) : token, root) {
  phone.send_invite(dialled, phone.sdp());
  id = bot.wait_incoming();
  EXPECT_FALSE(id.empty()) << "no incoming notification";
  EXPECT_EQ(api.answer(id, bot.url()).status(), 202);
  EXPECT_TRUE(phone.wait_status(200, "INVITE")) << "no 200 to the INVITE";
  phone.send_ack();
  EXPECT_TRUE(bot.wait([&](const Heard& h) { return h.text("id") == id && h.data().contains("mediaState"); }))
      << "audio never active";
}

std::string play_for_ever(LiveCall& call) {
  call.bot.serve("/for-ever.wav", tone_wav(440, 1.0, 8000));
  call.phone.rtp().speak(call.phone.media());
  const std::size_t before = call.phone.rtp().count();
  ApiClient beta(call.api.server(), call.api.token(), "/beta/communications/calls");
  const auto play = beta.play_list(call.id, {{call.bot.url("/for-ever.wav"), "", 1'000'000}});
  return play.status() == 200 && call.phone.rtp().wait_voiced_from(before, 5) ? play.id() : "";
}

std::optional<double> metric(const Listeners& at, const std::string& name) {
  const std::string page = ApiClient(at.admin, kAdminToken, "/tonearm").get("/metrics").response.body;
  const auto line = page.find("\n" + name + " ");
  if (line == std::string::npos) return std::nullopt;
  return std::stod(page.substr(line + name.size() + 2));
}

bool wait_metric(const Listeners& at, const std::string& name, double least) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (metric(at, name).value_or(least - 1) >= least) return true;
    std::this_thread::sleep_for(10ms);  // the page cannot tell when it changes
  }
  return false;
}

std::size_t voiced_after(const std::vector<HeardPacket>& packets, std::int64_t at_ns) {
  return static_cast<std::size_t>(std::count_if(
      packets.begin(), packets.end(), [&](const auto& p) { return p.voiced() && p.at_ns > at_ns; }));
}

std::int64_t last_voiced(const std::vector<HeardPacket>& packets) {
  std::int64_t last = 0;
  for (const auto& packet : packets) {
    if (packet.voiced()) last = std::max(last, packet.at_ns);
  }
  return last;
}

}  // namespace tonearm::testing
