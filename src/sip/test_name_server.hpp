#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/endpoint.hpp"
#include "sip/srv.hpp"

// A name server on loopback that knows what a test tells it (RFC 1035, RFC 2782). For tests only.

namespace tonearm::sip::testing {

class NameServer {
 public:
  NameServer() : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(socket_, reinterpret_cast<sockaddr*>(&own), sizeof own);
    socklen_t length = sizeof own;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &length);
    local_ = base::Endpoint::from_sockaddr(reinterpret_cast<sockaddr*>(&own));
    thread_ = std::thread([this] { serve(); });
  }
  ~NameServer() {
    stopping_ = true;
    thread_.join();
    ::close(socket_);
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  [[nodiscard]] std::string address() const { return local_.to_string(); }

  void has_address(const std::string& name, const std::string& v4) {
    const std::lock_guard lock(mutex_);
    addresses_[name] = v4;
  }
  void has_service(const std::string& name, std::vector<SrvRecord> records) {
    const std::lock_guard lock(mutex_);
    services_[name] = std::move(records);
  }
  void stops_answering() { silent_ = true; }
  /// Names in the order in which they were asked for.
  std::vector<std::string> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  static constexpr std::size_t kHeader = 12;
  static constexpr std::uint16_t kTypeA = 1, kTypeSrv = 33;

  static void put16(std::string& out, std::size_t value) {
    out.push_back(static_cast<char>(value >> 8));
    out.push_back(static_cast<char>(value));
  }
  static std::string labels(const std::string& name) {
    std::string out;
    for (std::size_t at = 0; at < name.size();) {
      const std::size_t dot = std::min(name.find('.', at), name.size());
      out.push_back(static_cast<char>(dot - at));
      out += name.substr(at, dot - at);
      at = dot + 1;
    }
    return out + '\0';
  }
  /// A record about the name in the question.
  static std::string record(std::uint16_t type, const std::string& data) {
    std::string out("\xc0\x0c", 2);
    put16(out, type);
    put16(out, 1);  // IN
    put16(out, 0);
    put16(out, 60);  // seconds to live
    put16(out, data.size());
    return out + data;
  }

  std::vector<std::string> records(const std::string& name, std::uint16_t type) {
    const std::lock_guard lock(mutex_);
    asked_.push_back(name);
    std::vector<std::string> out;
    if (type == kTypeA && addresses_.contains(name)) {
      in_addr address{};
      inet_pton(AF_INET, addresses_[name].c_str(), &address);
      out.push_back(record(type, std::string(reinterpret_cast<const char*>(&address), sizeof address)));
    }
    if (type == kTypeSrv && services_.contains(name)) {
      for (const SrvRecord& service : services_[name]) {
        std::string data;
        put16(data, service.priority);
        put16(data, service.weight);
        put16(data, service.port);
        out.push_back(record(type, data + labels(service.target)));
      }
    }
    return out;
  }

  std::string respond(const std::string& query) {
    std::string name;
    std::size_t at = kHeader;
    while (at < query.size() && query[at] != '\0') {
      const auto length = static_cast<std::size_t>(static_cast<unsigned char>(query[at]));
      name += (name.empty() ? "" : ".") + query.substr(at + 1, length);
      at += length + 1;
    }
    const std::size_t end = at + 5;
    if (end > query.size()) return {};
    const auto type = static_cast<std::uint16_t>(static_cast<unsigned char>(query[at + 1]) << 8 |
                                                 static_cast<unsigned char>(query[at + 2]));
    const auto found = records(name, type);
    std::string out = query.substr(0, 2);
    out += '\x85';                           // a response, authoritative, recursion desired
    out += found.empty() ? '\x83' : '\x80';  // no such name
    put16(out, 1);
    put16(out, found.size());
    put16(out, 0);
    put16(out, 0);
    out += query.substr(kHeader, end - kHeader);
    for (const std::string& one : found) out += one;
    return out;
  }

  void serve() {
    while (!stopping_) {
      pollfd ready{socket_, POLLIN, 0};
      if (::poll(&ready, 1, 20) != 1) continue;
      char buffer[2048];
      sockaddr_storage from{};
      socklen_t length = sizeof from;
      const auto size =
          ::recvfrom(socket_, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&from), &length);
      if (size < static_cast<ssize_t>(kHeader) || silent_) continue;
      const std::string answer = respond(std::string(buffer, static_cast<std::size_t>(size)));
      (void)::sendto(socket_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
    }
  }

  const int socket_;
  base::Endpoint local_;
  std::mutex mutex_;  // guards the maps
  std::map<std::string, std::string> addresses_;
  std::map<std::string, std::vector<SrvRecord>> services_;
  std::vector<std::string> asked_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> silent_{false};
  std::thread thread_;
};

}  // namespace tonearm::sip::testing
