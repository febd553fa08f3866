#include "cli/admin_access.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/private_file.hpp"
#include "config/load.hpp"

namespace tonearm::cli {
namespace {

using Failure = std::unexpected<std::string>;

/// None if nothing but the command line counts.
std::expected<std::optional<config::Settings>, std::string> read_settings(const AdminOptions& options) {
  auto file = options.config;
  if (!file && options.url.empty()) file = config::default_file();
  if (!file) return std::nullopt;
  auto settings = config::load(file, config::process_environment(), options.dev);
  if (!settings) return Failure(settings.error().message());
  return std::optional(*std::move(settings));
}

std::expected<base::Secret, std::string> read_token(const std::filesystem::path& file) {
  auto text = base::read_file(file);
  if (!text) return Failure(text.error().message());
  text->erase(std::min(text->find_first_of("\r\n"), text->size()));
  if (text->empty()) return Failure(file.string() + " has no token in its first line");
  return base::Secret(*std::move(text));
}

}  // namespace

std::expected<std::string, std::string> admin_url(const config::AdminSettings& admin) {
  if (admin.listen.empty()) return Failure("the settings have no admin.listen; give --admin");
  base::Endpoint endpoint = admin.listen.front();
  if (endpoint.port == 0)
    return Failure("admin.listen has port 0; give --admin with what the server's ready line says");
  if (endpoint.address == "0.0.0.0") endpoint.address = "127.0.0.1";
  if (endpoint.address == "::") endpoint.address = "::1";
  return "http://" + endpoint.to_string();
}

std::expected<AdminAccess, std::string> find_admin(const AdminOptions& options) {
  const auto settings = read_settings(options);
  if (!settings) return Failure(settings.error());
  const config::AdminSettings admin = *settings ? (*settings)->admin : config::AdminSettings();
  const auto text = options.url.empty() ? admin_url(admin) : options.url;
  if (!text) return Failure(text.error());
  auto url = net::Url::parse(*text);
  if (!url) return Failure(url.error().message());
  if (options.token_file.empty()) return AdminAccess{*std::move(url), admin.token};
  auto token = read_token(options.token_file);
  if (!token) return Failure(token.error());
  return AdminAccess{*std::move(url), *std::move(token)};
}

}  // namespace tonearm::cli
