#include "measured_server.hpp"

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "callers.hpp"
#include "http_peer.hpp"

extern char** environ;

namespace tonearm::bench {
namespace {

using testing::HttpConnection;
using testing::Socket;
using namespace std::chrono_literals;

constexpr const char* kAdminToken = "a-token-only-for-benchmarks";

std::filesystem::path new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "tonearm-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder " + name);
  return name;
}

base::Endpoint bound(const std::string& ready, const std::string& key) {
  const auto at = ready.find(" " + key + "=");
  if (at == std::string::npos) throw std::runtime_error("no " + key + " in: " + ready);
  const auto from = at + key.size() + 2;
  std::string text = ready.substr(from, ready.find_first_of(" ,\n", from) - from);
  for (const std::string scheme : {"http://", "udp:"})
    if (text.starts_with(scheme)) text.erase(0, scheme.size());
  return base::Endpoint::parse(text).value();
}

/// What a thread starts inherits its core.
class OnCore {
 public:
  explicit OnCore(unsigned core) {
    ::sched_getaffinity(0, sizeof before_, &before_);
    pin_to(core);
  }
  ~OnCore() { ::sched_setaffinity(0, sizeof before_, &before_); }
  OnCore(const OnCore&) = delete;

 private:
  cpu_set_t before_{};
};

}  // namespace

MeasuredServer::MeasuredServer(const std::string& binary, const std::string& webhook, bool auto_answer,
                               const std::string& notifications)
    : folder_(new_folder()) {
  write_configuration(webhook, auto_answer, notifications);
  start(binary);
}

MeasuredServer::~MeasuredServer() {
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
    for (int i = 0; i < 100 && ::waitpid(pid_, nullptr, WNOHANG) == 0; ++i) {
      if (i == 50) ::kill(pid_, SIGKILL);
      ::usleep(100'000);
    }
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void MeasuredServer::write_configuration(const std::string& webhook, bool auto_answer,
                                         const std::string& notifications) const {
  std::ofstream(folder_ / "admin.token") << kAdminToken << "\n";
  std::filesystem::permissions(folder_ / "admin.token",
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::ofstream(folder_ / "tonearm.toml")
      << "[server]\nhttp = [\"127.0.0.1:0\"]\npublic_url = \"http://127.0.0.1:1\"\ndrain = \"0s\"\ndata_dir "
         "= \""
      << (folder_ / "data").string() << "\"\n[admin]\nlisten = [\"127.0.0.1:0\"]\ntoken_file = \""
      << (folder_ / "admin.token").string()
      << "\"\n[sip]\nlisten = [\"udp:127.0.0.1:0\"]\nopen = true\n"
         "[prompts]\nallow_networks = [\"127.0.0.0/8\"]\n"
         "[notifications]\nallow_http = true\nallow_networks = [\"127.0.0.0/8\"]\n"
      << notifications << "[log]\nlevel = \"warn\"\n[[application]]\nname = \"load\"\nid = \"" << kApplication
      << "\"\ntenant = \"" << kTenant << "\"\nsecret = \"" << kSecret
      << "\"\nroles = [\"Calls.Initiate.All\", \"Calls.AccessMedia.All\"]\naddresses = [\"load\"]\n"
      << (auto_answer ? "auto_answer = true\n" : "webhook = \"" + webhook + "\"\n");
}

void MeasuredServer::start(const std::string& binary) {
  int out[2];
  if (::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  const Socket reader(out[0]);  // closes it
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::string path = binary, serve = "serve", option = "--config", file = (folder_ / "tonearm.toml").string();
  char* arguments[] = {path.data(), serve.data(), option.data(), file.data(), nullptr};
  int failed = 0;
  {
    const OnCore core(0);
    failed = ::posix_spawn(&pid_, binary.c_str(), &actions, nullptr, arguments, environ);
  }
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  if (failed != 0) throw std::runtime_error("cannot start " + binary);
  read_ready_line(reader.fd());
}

void MeasuredServer::read_ready_line(int pipe) {
  std::string ready;
  char c = 0;
  while (ready.find("tonearm ready") == std::string::npos || c != '\n') {
    if (::read(pipe, &c, 1) != 1) throw std::runtime_error("the server did not come up: " + ready);
    ready += c;
  }
  http_ = bound(ready, "http");
  sip_ = bound(ready, "sip");
  admin_ = bound(ready, "admin");
}

std::chrono::nanoseconds MeasuredServer::cpu() const {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
    throw std::runtime_error("the server is gone");
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::size_t MeasuredServer::resident() const {
  std::size_t whole = 0, resident = 0;
  std::ifstream("/proc/" + std::to_string(pid_) + "/statm") >> whole >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::string MeasuredServer::metrics() const {
  Socket socket(SOCK_STREAM, {"127.0.0.1", 0});
  socket.connect(admin_);
  HttpConnection connection(std::move(socket));
  connection.write("GET /tonearm/metrics HTTP/1.1\r\nHost: " + admin_.to_string() +
                   "\r\nAuthorization: Bearer " + kAdminToken + "\r\n\r\n");
  const auto page = connection.read();
  if (!page || page->status() != 200) throw std::runtime_error("no metrics");
  return page->body;
}

double sample(const std::string& page, const std::string& name) {
  const auto at = page.find("\n" + name + " ");
  return at == std::string::npos ? 0 : std::stod(page.substr(at + name.size() + 2));
}

Buckets histogram(const std::string& page, const std::string& name) {
  Buckets buckets;
  const std::string start = name + "_bucket{le=\"";
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(start)) continue;
    const std::string bound = line.substr(start.size(), line.find('"', start.size()) - start.size());
    buckets[bound == "+Inf" ? INFINITY : std::stod(bound)] = std::stod(line.substr(line.rfind(' ')));
  }
  return buckets;
}

double quantile_between(const Buckets& before, const Buckets& after, double share) {
  if (after.empty()) return 0;
  const auto gained = [&](double bound) {
    const auto old = before.find(bound);
    return after.at(bound) - (old == before.end() ? 0 : old->second);
  };
  const double total = gained(after.rbegin()->first);
  for (const auto& [bound, count] : after)
    if (gained(bound) >= total * share) return bound * 1e6;
  return 0;
}

}  // namespace tonearm::bench
