#include "app/server.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/parts.hpp"

namespace tonearm::app {

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() {
  hurry();
  stop();
}

base::Result<std::unique_ptr<Server>> Server::start(config::Settings settings, ServerOptions options) {
  auto parts = std::make_unique<Parts>(std::move(settings), options);
  if (auto started = parts->start(); !started) return std::unexpected(started.error());
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

const BoundAddresses& Server::addresses() const {
  return parts_->addresses();
}

std::string Server::ready_line() const {
  const BoundAddresses& bound = addresses();
  std::string line = "tonearm ready";
  const auto add = [&](const char* key, const std::vector<std::string>& values) {
    if (!values.empty()) line += fmt::format(" {}={}", key, fmt::join(values, ","));
  };
  add("http", bound.http);
  add("https", bound.https);
  add("sip", bound.sip);
  add("admin", bound.admin);
  return line + fmt::format(" calls={}", bound.calls);
}

std::string Server::ca_file() const {
  return parts_->ca_file();
}

base::Result<void> Server::reload(config::Settings settings) {
  return parts_->reload(std::move(settings));
}

void Server::stop() {
  parts_->stop();
}

std::chrono::milliseconds Server::longest_stop() const {
  return parts_->longest_stop();
}

void Server::hurry() {
  parts_->hurry();
}

bool Server::alive() {
  return parts_->alive();
}

}  // namespace tonearm::app
