#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include <boost/asio/ssl/context.hpp>

#include "base/result.hpp"

namespace tonearm::net {

using TlsContext = boost::asio::ssl::context;

/// Certificate chain and key of the https listeners, replaced without a restart (SIGHUP). Connections keep
/// the context that they began with. Threading: thread-safe.
class ServerTls {
 public:
  /// PEM files, leaf first. Errors: `certificate_unusable` with the file and OpenSSL's reason.
  [[nodiscard]] static base::Result<std::shared_ptr<ServerTls>> load(std::filesystem::path certificate,
                                                                     std::filesystem::path key);
  /// Reads the files again; on an error the old certificate stays in use.
  [[nodiscard]] base::Result<void> reload();
  [[nodiscard]] std::shared_ptr<TlsContext> context() const;

 private:
  ServerTls(std::filesystem::path certificate, std::filesystem::path key);

  const std::filesystem::path certificate_;
  const std::filesystem::path key_;
  mutable std::mutex mutex_;  // guards context_
  std::shared_ptr<TlsContext> context_;
};

/// Context for outgoing TLS: the system's roots and, if not empty, those of a PEM file; peers are verified.
/// Errors: `certificate_unusable`.
[[nodiscard]] base::Result<std::shared_ptr<TlsContext>> make_client_tls(
    const std::filesystem::path& extra_roots);

}  // namespace tonearm::net
