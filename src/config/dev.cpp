#include "config/dev.hpp"

#include <fstream>

#include <fmt/format.h>

#include "base/private_file.hpp"
#include "config/errc.hpp"

namespace tonearm::config {
namespace {

constexpr std::string_view kSecretLine = "TONEARM_CLIENT_SECRET=";

/// 244 random bits in hexadecimal digits.
std::string random_secret() {
  std::string text = base::Guid::random().to_string() + base::Guid::random().to_string();
  std::erase(text, '-');
  return text;
}

std::string read_kept_secret(const std::filesystem::path& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(kSecretLine)) return line.substr(kSecretLine.size());
  }
  return {};
}

}  // namespace

void apply_dev_defaults(Settings& settings) {
  settings.dev = true;
  settings.server.https = {{"127.0.0.1", 8443}};
  settings.server.drain = 0s;
  settings.notifications.allow_http = true;
}

base::Result<void> add_demo_application(Settings& settings) {
  const std::filesystem::path& directory = settings.server.data_dir;
  settings.dev_environment = directory / "dev.env";

  std::string secret = read_kept_secret(settings.dev_environment);
  if (secret.empty()) {
    secret = random_secret();
    const std::string text = fmt::format("TONEARM_CLIENT_ID={}\nTONEARM_TENANT_ID={}\n{}{}\n", kDemoId,
                                         kDemoTenant, kSecretLine, secret);
    if (auto written = base::write_private_file(settings.dev_environment, text); !written) {
      return base::fail(ConfigErrc::dev_secret, written.error().message());
    }
  }

  ApplicationSettings demo;
  demo.name = kDemoName;
  demo.id = *base::Guid::parse(kDemoId);
  demo.tenant = *base::Guid::parse(kDemoTenant);
  demo.secret = base::Secret(std::move(secret));
  demo.webhook = "http://127.0.0.1:9000/api/calls";
  demo.roles = {"Calls.Initiate.All", "Calls.AccessMedia.All"};
  demo.addresses = {"*"};
  demo.may_call = {"*"};
  settings.applications.push_back(std::move(demo));
  return {};
}

}  // namespace tonearm::config
