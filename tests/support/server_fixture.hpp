#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

#include "api_client.hpp"
#include "app/server.hpp"
#include "bot.hpp"
#include "config/settings.hpp"
#include "sip_phone.hpp"

namespace tonearm::testing {

/// A folder that is gone after the test.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline constexpr const char* kTenant = "00000000-0000-4000-8000-0000000000aa";
inline constexpr const char* kApplication = "00000000-0000-4000-8000-000000000001";
inline constexpr const char* kOtherApplication = "00000000-0000-4000-8000-000000000002";
inline constexpr const char* kStrangerTenant = "00000000-0000-4000-8000-0000000000bb";
inline constexpr const char* kStranger = "00000000-0000-4000-8000-000000000003";
inline constexpr const char* kAdminToken = "an-admin-token-only-for-tests";
inline constexpr const char* kSecret = "a-secret-only-for-tests";

/// Loopback, free ports, three applications: "ivr" (the bot's), "other" of the same tenant, "stranger" of
/// another.
config::Settings test_settings(const Bot& bot, const std::filesystem::path& data_dir);
/// Ada, a user whose phone is at `contact`.
void add_user(config::Settings& settings, const std::string& id, const std::string& contact);
/// `test_settings` as a configuration file; extra lines are put at its end.
std::string test_toml(const Bot& bot, const std::filesystem::path& data_dir, const std::string& extra = "");

/// Where a server under test listens.
struct Listeners {
  base::Endpoint http;
  base::Endpoint sip;
  base::Endpoint admin;
};

/// A server in this process.
class LocalServer {
 public:
  explicit LocalServer(config::Settings settings, app::ServerOptions options = {});
  [[nodiscard]] const Listeners& at() const { return at_; }
  app::Server& server() { return *server_; }

 private:
  std::unique_ptr<app::Server> server_;
  Listeners at_;
};

using Environment = std::map<std::string, std::string>;

/// A server in a process of its own, to be stopped and killed.
class ServerProcess {
 public:
  /// `more`: what its environment has besides ours. Throws if it does not get ready.
  ServerProcess(const std::string& toml, const std::filesystem::path& directory,
                const Environment& more = {});
  ~ServerProcess();
  [[nodiscard]] const Listeners& at() const { return at_; }
  void signal(int number) const;
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Waits for its end; the raw wait status.
  int wait();

 private:
  pid_t pid_ = -1;
  Listeners at_;
};

/// A server that shall not start: what it says of it, and its exit status. Kills one that does.
std::pair<int, std::string> refused_start(const std::string& toml, const std::filesystem::path& directory,
                                          const Environment& more = {});

/// A call from a phone to the bot, up and with audio.
class LiveCall {
 public:
  LiveCall(const Listeners& at, Bot& bot, const std::string& root = "/v1.0/communications/calls",
           const std::string& token = "", const std::string& dialled = "ivr");

  Bot& bot;
  SipPhone phone;
  ApiClient api;
  std::string id;
};

/// Plays a tone in the call that ends only with it, once the phone speaks; waits until it is heard. The
/// operation's id, empty if it was not taken or not heard.
std::string play_for_ever(LiveCall& call);

/// A token of the application "ivr" unless told otherwise.
std::string token_for(const Listeners& at, const char* application = kApplication,
                      const char* tenant = kTenant);

/// What the admin listener shows for the metric; nothing if it shows none.
std::optional<double> metric(const Listeners& at, const std::string& name);
/// Waits until it is at least `least`.
bool wait_metric(const Listeners& at, const std::string& name, double least);

/// Voiced packets that arrived after `at_ns`.
std::size_t voiced_after(const std::vector<HeardPacket>& packets, std::int64_t at_ns);
/// Arrival of the last voiced packet, 0 if there was none.
std::int64_t last_voiced(const std::vector<HeardPacket>& packets);

}  // namespace tonearm::testing
