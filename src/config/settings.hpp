#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/guid.hpp"
#include "base/network.hpp"
#include "base/secret.hpp"
#include "config/units.hpp"

/// What an operator can set, as values that have been checked. The initialisers are the defaults;
/// `tonearm.example.toml` explains each key. Threading: values; loaded settings are immutable.
namespace tonearm::config {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

enum class Durability { full, relaxed };
enum class DigitMasking { mask, show };
enum class LogFormat { text, json };
enum class DtmfSource { automatic, rfc4733, info, inband };
enum class SrtpMode { off, optional, required };

struct ServerSettings {
  std::vector<base::Endpoint> http{{"127.0.0.1", 8080}};
  std::vector<base::Endpoint> https;
  std::filesystem::path tls_certificate;
  std::filesystem::path tls_key;
  /// Without a trailing slash. If it is not written it follows the first `http` listener; empty if that
  /// listener's port is 0 and so not known yet.
  std::string public_url = "http://127.0.0.1:8080";
  std::filesystem::path data_dir = "var";
  Threads threads;
  milliseconds drain = 120s;
  bool operator==(const ServerSettings&) const = default;
};

struct AdminSettings {
  std::vector<base::Endpoint> listen{{"127.0.0.1", 8081}};
  base::Secret token;
};

struct HttpSettings {
  Bytes body_max = mib(1);
  Bytes header_max = kib(32);
  milliseconds timeout = 30s;
  bool strict = false;
  milliseconds repeat_window = 5min;
  int connections_max = 10'000;
  bool operator==(const HttpSettings&) const = default;
};

struct SipSettings {
  std::vector<SipListener> listen{{SipTransport::udp, {"127.0.0.1", 5060}},
                                  {SipTransport::tcp, {"127.0.0.1", 5060}}};
  std::string public_address;  ///< An address literal; empty = the bound one.
  bool open = false;
  std::string realm = "tonearm";
  milliseconds expires_min = 60s;
  milliseconds expires_max = 1h;
  std::vector<base::Endpoint> dns;
  bool operator==(const SipSettings&) const = default;
};

struct MediaSettings {
  std::string address = "127.0.0.1";
  std::string public_address;  ///< An address literal; empty = `sip.public_address`, else `address`.
  PortRange ports{20000, 29999};
  Threads threads;
  std::vector<std::string> codecs{"PCMU", "PCMA"};
  milliseconds timeout = 30s;
  bool operator==(const MediaSettings&) const = default;
};

struct CallSettings {
  int max = 0;  ///< 0 = from ports, descriptors and measured capacity.
  int queue_max = 100;
  milliseconds answer_timeout = 15s;
  milliseconds keepalive_timeout = 45min;
  milliseconds duration_max = 24h;
  milliseconds ringing_timeout = 60s;
  bool operator==(const CallSettings&) const = default;
};

struct PromptSettings {
  Bytes size_max = mib(50);
  Bytes cache_size = gib(1);
  milliseconds timeout = 10s;
  std::vector<base::Network> allow_networks;
  std::vector<base::Network> deny_networks;
  bool operator==(const PromptSettings&) const = default;
};

struct StorageSettings {
  Durability durability = Durability::full;
  bool operator==(const StorageSettings&) const = default;
};

struct RecordingSettings {
  milliseconds keep = 10min;
  milliseconds keep_undelivered = 72h;
  Bytes disk_max = gib(10);
  bool operator==(const RecordingSettings&) const = default;
};

struct NotificationSettings {
  std::string issuer = "https://api.botframework.com";
  milliseconds timeout = 10s;
  milliseconds retry_for = 24h;
  milliseconds dead_bot_after = 120s;
  bool allow_http = false;
  std::vector<base::Network> allow_networks;
  std::filesystem::path ca_file;
  bool operator==(const NotificationSettings&) const = default;
};

struct QualitySettings {
  bool dscp = true;
  bool operator==(const QualitySettings&) const = default;
};

struct EventSettings {
  milliseconds keep = 72h;
  DigitMasking digits = DigitMasking::mask;
  bool operator==(const EventSettings&) const = default;
};

struct LimitSettings {
  int per_application = 0;  ///< [requests/s], 0 = off.
  bool operator==(const LimitSettings&) const = default;
};

struct LogSettings {
  std::string level = "info";
  LogFormat format = LogFormat::text;
  bool operator==(const LogSettings&) const = default;
};

struct DropinSettings {
  std::vector<std::string> hosts;
  bool operator==(const DropinSettings&) const = default;
};

/// A bot.
struct ApplicationSettings {
  std::string name;
  base::Guid id;
  base::Guid tenant;
  base::Secret secret;
  std::filesystem::path certificate;
  std::string webhook;
  std::vector<std::string> roles;
  std::vector<std::string> addresses;  ///< User parts and numbers; "*" = all that no other application has.
  std::string number;
  bool auto_answer = false;
  std::string application_instance;
  std::vector<std::string> may_call;  ///< Number prefixes; "*" = all.
  int max_calls = 0;                  ///< 0 = no limit.
  int max_calls_per_second = 0;       ///< 0 = no limit.
  std::string fallback;               ///< Empty, a SIP status 400…699 or a sip: address.
};

/// A person in the directory, with a phone.
struct UserSettings {
  base::Guid id;
  std::string name;
  std::string username;
  std::string sip;
  base::Secret password;
  DtmfSource dtmf = DtmfSource::automatic;
  bool nat = false;
};

struct TrunkSettings {
  std::string name;
  std::vector<std::string> uri;
  milliseconds probe = 30s;  ///< 0 = never.
  std::string username;
  base::Secret password;
  std::vector<std::string> numbers;
  std::vector<base::Network> sources;
  bool register_ = false;  ///< `register`, which C++ keeps for itself.
  milliseconds register_expires = 10min;
  SipTransport transport = SipTransport::udp;
  SrtpMode srtp = SrtpMode::off;
  DtmfSource dtmf = DtmfSource::automatic;
  bool nat = false;
  std::string caller_id;
  std::string via;
  bool trust_identity = false;
  std::string strip;
  std::string prefix;
  int max_calls = 0;  ///< 0 = no limit.
};

/// Someone else whose tokens are taken.
struct IssuerSettings {
  std::string name;
  std::string url;
  std::vector<std::string> audience;
  bool operator==(const IssuerSettings&) const = default;
};

struct Settings {
  ServerSettings server;
  AdminSettings admin;
  HttpSettings http;
  SipSettings sip;
  MediaSettings media;
  CallSettings calls;
  PromptSettings prompts;
  StorageSettings storage;
  RecordingSettings recordings;
  NotificationSettings notifications;
  QualitySettings quality;
  EventSettings events;
  LimitSettings limits;
  LogSettings log;
  DropinSettings dropin;
  std::vector<ApplicationSettings> applications;
  std::vector<UserSettings> users;
  std::vector<TrunkSettings> trunks;
  std::vector<IssuerSettings> issuers;

  bool dev = false;  ///< `--dev`: own certificate authority, admin without token on loopback.
  /// Where `--dev` without a file has put its application's secret; else empty.
  std::filesystem::path dev_environment;
};

/// The name a phone of this user registers and authenticates with: `username`, else the user part of
/// `sip`, else `name`.
[[nodiscard]] std::string digest_name(const UserSettings& user);

}  // namespace tonearm::config
